import { canonicalName } from '../../core/canonical-text.js';
import { operationName } from '../../support/operation-name.js';
import type { KeyPart } from './key-part.js';
import type { SizeTier } from './size-tier.js';

/** What a `PreparedRequest` is made of. */
export interface PreparedParts {
  readonly key: string;
  readonly operation: string;
  readonly model: string | undefined;
  readonly tenant: string | undefined;
  readonly tier: SizeTier;
  readonly parts: readonly KeyPart[];
}

/** A request with its key. Made by `RequestKeys.prepare`; keeps no text of more than 1,024 characters. */
export class PreparedRequest {
  readonly key: string;
  /** As the caller spells it, for people to read. */
  readonly operation: string;
  /** The one spelling of `operationName`, by which ttls are found and entries are tagged. */
  readonly operationName: string;
  /** The model's id; `undefined` when the options name none. */
  readonly model: string | undefined;
  /** Stands beside the key, not in it: an entry of a tenant lies in that tenant's own scope. */
  readonly tenant: string | undefined;
  /** By the length of `text` alone. */
  readonly tier: SizeTier;
  /** `operation:<operationName>` and `model:<id>`; a name with other characters than `A-Z a-z 0-9 _ . -` quoted as in JSON. */
  readonly tags: readonly string[];
  readonly #parts: readonly KeyPart[];

  /** @internal */
  constructor({ key, operation, model, tenant, tier, parts }: PreparedParts) {
    this.key = key;
    this.operation = operation;
    this.operationName = operationName(operation);
    this.model = model;
    this.tenant = tenant;
    this.tier = tier;
    this.#parts = parts;
    const tags = [`operation:${canonicalName(this.operationName)}`];
    if (model !== undefined) tags.push(`model:${canonicalName(model)}`);
    this.tags = tags;
  }

  /** What the key depends on, in its order. @internal */
  static partsOf(request: PreparedRequest): readonly KeyPart[] {
    return request.#parts;
  }
}
