import { CREDENTIAL_HEADERS, forbidsStorage, listOf } from './header-rules.js';
import type { HeaderMap, HttpRequest } from './http-exchange.js';

/**
 * What tells the responses of a route apart, beside method, host and URL. A list is checked name by name; a function is
 * taken at its word, as long as it says something.
 */
export type Distinction =
  | { readonly by: 'nothing' }
  | { readonly by: 'headers'; readonly names: readonly string[] }
  | { readonly by: 'function' };

/** RFC 9110 section 9.2.3: of the safe methods, these two have responses that are cached. */
export function isCacheableMethod(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/**
 * Why no request of this kind is cached, whoever asks; `undefined` when it may be. `before` are the headers on the response
 * when the handler has not run yet.
 */
export function whyUncacheable(request: HttpRequest, before: HeaderMap): string | undefined {
  if (!isCacheableMethod(request.method)) return `its method is ${request.method}`;
  // RFC 9110 section 14.2: a part is not the whole, and the handler may answer with one.
  if (request.headers['range'] !== undefined) return 'it asks for a range';
  if (hasBody(request)) return 'it has a body';
  return whyMarkedPrivate(before);
}

/** RFC 9111 section 3: what a response says about itself. */
export function whyMarkedPrivate(headers: HeaderMap): string | undefined {
  if (headers['set-cookie'] !== undefined) return 'a cookie was set';
  if (forbidsStorage(headers['cache-control'])) return `Cache-Control was ${String(headers['cache-control'])}`;
  // RFC 9111 section 4.1: no later request ever matches it.
  if (listOf(headers['vary']).includes('*')) return 'Vary was *';
  return undefined;
}

/** RFC 9111 section 3.5, and more: whatever says who is asking has to be part of the key. */
export function whyPersonal(request: HttpRequest, distinction: Distinction): string | undefined {
  if (distinction.by === 'function') return undefined;
  const { headers } = request;
  let carries = false;
  for (const name of CREDENTIAL_HEADERS) {
    if (headers[name] === undefined) continue;
    const isCovered = distinction.by === 'headers' && distinction.names.includes(name);
    if (!isCovered) return `it carries ${name}, which neither key nor varyBy takes up`;
    carries = true;
  }
  if (carries) return undefined;
  // Whoever it is, none of the headers that are compared has said so.
  if (isPopulated(request.user)) return 'it has a user, whom neither key nor varyBy takes up';
  if (isPopulatedSession(request.session)) return 'it has a session, which neither key nor varyBy takes up';
  return undefined;
}

/** RFC 9112 section 6.3. Two requests of one URL may carry different ones, and the key knows of none. */
function hasBody({ headers }: HttpRequest): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && Number(length) !== 0);
}

function isPopulated(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== '';
}

/** Session middleware gives every visitor an object; until something is put in, it holds its cookie's settings alone. */
function isPopulatedSession(session: unknown): boolean {
  if (typeof session !== 'object' || session === null) return isPopulated(session);
  return Object.keys(session).some((name) => name !== 'cookie');
}
