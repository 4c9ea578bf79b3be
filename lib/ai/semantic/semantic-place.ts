import { CacheTenantError, CacheUsageError } from '../../support/errors.js';
import type { AiRequest } from '../ai-request.js';
import type { RequestKeys } from '../keys/request-keys.js';
import { digestOfText } from '../keys/text-digest.js';

/** Where the answer of a request stands: with those that differ from it in nothing but the text. */
export interface SemanticPlace {
  readonly tenant: string | undefined;
  /** Of no other tenant, and of no request that differs in its operation, question, model or any other option. */
  readonly partition: string;
  readonly text: string;
  /** Of this very request. */
  readonly id: string;
  readonly tags: readonly string[];
}

/**
 * @param tenant Whose cache is asked; `undefined`: everybody's.
 * @throws CacheUsageError when there is no text; CacheTenantError for a request of another tenant; as `RequestKeys.prepare`.
 */
export function placeOf(keys: RequestKeys, request: AiRequest, tenant: string | undefined): SemanticPlace {
  const { text, ...rest } = Object(request) as Partial<AiRequest>;
  if (typeof text !== 'string' || text === '') {
    throw new CacheUsageError('A request to a SemanticCache needs a text: it is what is compared.');
  }
  if (tenant !== undefined && rest.tenant !== undefined && rest.tenant !== tenant) {
    throw new CacheTenantError('The request is of another tenant than this cache. Ask it of that tenant’s own.');
  }
  const prepared = keys.prepare({ ...(rest as AiRequest), ...(tenant !== undefined && { tenant }) });
  const of = prepared.tenant === undefined ? '-' : JSON.stringify(prepared.tenant);
  const partition = `${of}:${prepared.key}`;
  return { tenant: prepared.tenant, partition, text, id: `${partition}:${digestOfText(text)}`, tags: prepared.tags };
}
