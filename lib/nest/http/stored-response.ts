import { listOf } from './header-rules.js';
import type { HeaderValue, HttpReply } from './http-exchange.js';

/** What both kinds of stored response have. */
interface StoredHead {
  readonly status: number;
  /** Only those that the handler added or changed; of Vary only the names it added. */
  readonly headers: Readonly<Record<string, HeaderValue>>;
}

/** A response as it lies in the cache, with its body as a value. */
export interface StoredResponse extends StoredHead {
  readonly kind: 'http-response';
  readonly body: unknown;
}

/**
 * A response whose body is kept as the text that was sent. A name of its own, because to whoever does not know it the
 * text would be a body that is a string.
 */
export interface StoredJson extends StoredHead {
  readonly kind: 'http-json';
  readonly text: string;
  /** `JSON.parse` of the text is the body; else it had dates in it, or what else JSON has no form for. */
  readonly isExact: boolean;
  /** What the platform has made of the text, where it makes entity tags. */
  readonly etag?: string;
}

/**
 * What a load brings whose response belongs to one request alone. It is never stored; whoever waited for the load sees it
 * and runs the handler for itself.
 */
export const UNSHARED = { kind: 'http-unshared' } as const;

/** Whether a response can be served again, and how it was met; `MISS`: the handler ran for this request. */
export type CacheOutcome = 'HIT' | 'STALE' | 'MISS';

/** A key given by hand may hold anything: only what this interceptor has stored is served. */
export function isStored(value: unknown): value is StoredResponse | StoredJson {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, status, headers, text } = value as { [Part in keyof StoredResponse | keyof StoredJson]?: unknown };
  if (!Number.isInteger(status) || typeof headers !== 'object' || headers === null) return false;
  return kind === 'http-response' || (kind === 'http-json' && typeof text === 'string');
}

/** The body as the handler has returned it; `undefined` where only its text is left. */
export function wholeBody(stored: StoredResponse | StoredJson): { readonly body: unknown } | undefined {
  if (stored.kind === 'http-response') return stored;
  if (!stored.isExact) return undefined;
  try {
    return { body: JSON.parse(stored.text) as unknown };
  } catch {
    // Not what was stored.
    return undefined;
  }
}

/** Puts status and headers on the reply. The body goes back through the interceptors. */
export function replay(stored: StoredHead, reply: HttpReply): void {
  reply.status = stored.status;
  for (const name in stored.headers) {
    const value = stored.headers[name]!;
    // What CORS or compression said for this very request stays said.
    reply.setHeader(name, name === 'vary' ? joined(reply.header('vary'), value) : value);
  }
}

function joined(present: HeaderValue | undefined, added: HeaderValue): HeaderValue {
  const known = listOf(present);
  const missing = listOf(added).filter((name) => !known.includes(name));
  return present === undefined ? added : [String(present), ...missing].join(', ');
}
