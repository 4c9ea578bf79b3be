import { listOf } from './header-rules.js';
import type { HeaderValue, HttpReply } from './http-exchange.js';

/** A response as it lies in the cache. */
export interface StoredResponse {
  readonly kind: 'http-response';
  readonly status: number;
  /** Only those that the handler added or changed; of Vary only the names it added. */
  readonly headers: Readonly<Record<string, HeaderValue>>;
  readonly body: unknown;
}

/**
 * What a load brings whose response belongs to one request alone. It is never stored; whoever waited for the load sees it
 * and runs the handler for itself.
 */
export const UNSHARED = { kind: 'http-unshared' } as const;

/** Whether a response can be served again, and how it was met; `MISS`: the handler ran for this request. */
export type CacheOutcome = 'HIT' | 'STALE' | 'MISS';

/** A key given by hand may hold anything: only what this interceptor has stored is served. */
export function isStoredResponse(value: unknown): value is StoredResponse {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, status, headers } = value as Partial<StoredResponse>;
  return kind === 'http-response' && Number.isInteger(status) && typeof headers === 'object' && headers !== null;
}

/** Puts status and headers on the reply. The body goes back through the interceptors. */
export function replay(stored: StoredResponse, reply: HttpReply): void {
  reply.status = stored.status;
  for (const [name, value] of Object.entries(stored.headers)) {
    // What CORS or compression said for this very request stays said.
    reply.setHeader(name, name === 'vary' ? joined(reply.headers()['vary'], value) : value);
  }
}

function joined(present: HeaderValue | undefined, added: HeaderValue): HeaderValue {
  const known = listOf(present);
  const missing = listOf(added).filter((name) => !known.includes(name));
  return present === undefined ? added : [String(present), ...missing].join(', ');
}
