import { canonicalName, canonicalString } from '../../core/canonical-text.js';
import { CacheTenantError, CacheUsageError } from '../../support/errors.js';
import { sha256 } from '../../support/sha256.js';
import { classify } from '../../support/value-kind.js';
import type { AiRequest } from '../ai-request.js';
import { differencesOf, type KeyDifference } from './key-difference.js';
import { type KeyPart, textPart } from './key-part.js';
import { OptionParts } from './option-parts.js';
import { PreparedRequest } from './prepared-request.js';
import { type RequestKeysOptions, requestKeysRules, type RequestKeysRules } from './request-keys.options.js';
import { tierOfLength } from './size-tier.js';

/** Where something optional is absent. Neither a quoted text nor a digest is spelled like it. */
const ABSENT = '-';
const FIELDS: ReadonlySet<string> = new Set(['operation', 'text', 'question', 'options', 'tenant']);
const NO_OPTIONS = {};

/**
 * Makes the keys of requests to models:
 * `<operation>:<tier>:<model>:<text>:<question>:<digest of the options>`, for example
 * `summarize:small:gpt-5:"A short text":-:9f86d0...`.
 *
 * Two requests share a key exactly when they ask the same: however names and texts are spelled, none passes for another,
 * and `0`, `''`, `null` and what is absent all differ. A property of the options that is `undefined` is absent. Texts below
 * the threshold are quoted as in JSON, longer ones are `#<sha-256>.<length>`; what is absent is `-`. The digest is sha-256 in
 * hex of everything in `options` (the model with its provider and all it is asked with), save what never changes an answer:
 * see `ignored-options.ts` and `ignored-headers.ts`. A tenant is not in the key; its entries are apart by their scope.
 */
export class RequestKeys {
  readonly #rules: RequestKeysRules;

  /** @throws CacheUsageError naming the option that cannot be meant. */
  constructor(options: RequestKeysOptions = {}) {
    this.#rules = requestKeysRules(options);
  }

  /**
   * The request with its key; a prepared one as it is.
   * @throws CacheUsageError naming the field that cannot be meant.
   * @throws CacheTenantError when the tenant is missing where it is required, or no name.
   * @throws CacheKeyError naming the path, such as `options.tools.search.inputSchema`, of what has no stable identity.
   */
  prepare(request: AiRequest | PreparedRequest): PreparedRequest {
    if (request instanceof PreparedRequest) return request;
    const { operation, text, question, options, tenant } = this.#checked(request);
    const optionParts = new OptionParts(this.#rules.ignored);
    const parts: KeyPart[] = [{ path: 'operation', text: canonicalName(operation) }];
    const textOf = (path: string, value: string | undefined): string => {
      if (value === undefined) return ABSENT;
      const part = textPart(path, value, this.#rules.textHashThreshold);
      parts.push(part);
      return part.text;
    };
    const tier = tierOfLength(text?.length ?? 0, this.#rules.sizeTiers);
    const texts = `${textOf('text', text)}:${textOf('question', question)}`;
    const rest = optionParts.take(options ?? NO_OPTIONS);
    const { model } = optionParts;
    const key = `${canonicalName(operation)}:${tier}:${modelText(model)}:${texts}:${digestOf(rest)}`;
    return new PreparedRequest({ key, operation, model, tenant, tier, parts: [...parts, ...rest] });
  }

  /**
   * Why two requests do not share a key, in the order of the key; empty when they do. Sampling parameters are shown as they
   * are. Of texts, messages and whatever else may hold a prompt only length and digest.
   * @throws as `prepare`.
   */
  explainKey(a: AiRequest | PreparedRequest, b: AiRequest | PreparedRequest): KeyDifference[] {
    const [first, second] = [this.prepare(a), this.prepare(b)];
    if (first.key === second.key) return [];
    return differencesOf(PreparedRequest.partsOf(first), PreparedRequest.partsOf(second));
  }

  #checked(request: AiRequest): AiRequest {
    if (typeof request !== 'object' || request === null) {
      throw new CacheUsageError('The request must be an object with an operation.');
    }
    const { operation, text, question, options, tenant }: { readonly [Field in keyof AiRequest]?: unknown } = request;
    if (typeof operation !== 'string' || operation === '') {
      throw new CacheUsageError(`operation must be a string that is not empty; got ${shown(operation)}.`);
    }
    this.#checkText('text', text);
    this.#checkText('question', question);
    if (options !== undefined && !isPlainObject(options)) {
      throw new CacheUsageError(`options must be a plain object; got ${shown(options)}.`);
    }
    for (const [field, value] of Object.entries(request)) {
      if (FIELDS.has(field) || value === undefined) continue;
      // Left out of the key, it would let requests share an answer that differ in it.
      throw new CacheUsageError(`The request has the unknown field ${JSON.stringify(field)}. Put it into options.`);
    }
    this.#checkTenant(tenant);
    return request;
  }

  #checkText(field: string, value: unknown): void {
    if (value === undefined) return;
    if (typeof value !== 'string') throw new CacheUsageError(`${field} must be a string; got ${shown(value)}.`);
    const { maxTextLength } = this.#rules;
    if (value.length <= maxTextLength) return;
    throw new CacheUsageError(`${field} has ${value.length} characters, more than maxTextLength (${maxTextLength}).`);
  }

  #checkTenant(tenant: unknown): void {
    if (typeof tenant === 'string' && tenant !== '') return;
    if (tenant !== undefined) {
      throw new CacheTenantError(`tenant must be a string that is not empty; got ${shown(tenant)}.`);
    }
    if (!this.#rules.tenantRequired) return;
    throw new CacheTenantError('The request names no tenant, and tenant.required is set. Set its field tenant.');
  }
}

function modelText(model: string | undefined): string {
  if (model === undefined) return ABSENT;
  return model === ABSENT ? `"${ABSENT}"` : canonicalString(model);
}

/** `-` for none. Paths and canonical texts hold no line break, so no two lists make the same lines. */
export function digestOf(parts: readonly KeyPart[]): string {
  if (parts.length === 0) return ABSENT;
  let lines = '';
  for (const { path, text } of parts) lines += `${path}=${text}\n`;
  return sha256(lines);
}

/** What an instance of a class has beside its own properties would be in no key. */
function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && classify(value).kind === 'object';
}

function shown(value: unknown): string {
  if (value === '') return 'an empty string';
  if (Array.isArray(value)) return 'an array';
  return value === null ? 'null' : `a value of type ${typeof value}`;
}
