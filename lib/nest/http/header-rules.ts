import type { HeaderMap, HeaderValue } from './http-exchange.js';

/** Request headers that say who is asking. */
export const CREDENTIAL_HEADERS: readonly string[] = ['authorization', 'cookie', 'proxy-authorization', 'x-api-key'];

/**
 * Response headers that belong to one message, connection or client and are never replayed.
 * RFC 9111 section 3.1 and RFC 9110 section 7.6.1 name the first two lines; the rest describes one request.
 */
const NEVER_REPLAYED = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authentication-info'],
  ...['proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
  ...['set-cookie', 'set-cookie2', 'date', 'age', 'content-length', 'server-timing', 'x-response-time', 'x-runtime'],
  ...['request-id', 'x-request-id', 'correlation-id', 'x-correlation-id', 'x-trace-id', 'traceparent', 'tracestate'],
  ...['x-amzn-trace-id', 'x-amzn-requestid', 'x-b3-traceid', 'x-cloud-trace-context', 'b3'],
  ...['retry-after', 'x-cache'],
]);
const NEVER_REPLAYED_PREFIX = /^(x-)?ratelimit(-|$)|^x-rate-limit-/;

/** The members of a comma-separated header, lower case, without repetition. */
export function listOf(value: HeaderValue | undefined): readonly string[] {
  if (value === undefined) return [];
  const text = typeof value === 'object' ? value.join(',') : String(value);
  const members = text.split(',').map((member) => member.trim().toLowerCase());
  return [...new Set(members)].filter((member) => member !== '');
}

/** RFC 9111 sections 5.2.2.5 and 5.2.2.7. The form with field names, `private="x"`, counts as the whole. */
export function forbidsStorage(cacheControl: HeaderValue | undefined): boolean {
  if (cacheControl === undefined) return false;
  return listOf(cacheControl).some((directive) => /^(no-store|private)\s*(=|$)/.test(directive));
}

/** The headers of `after` that are new or differ from `before`. */
export function changedHeaders(before: HeaderMap, after: HeaderMap): Record<string, HeaderValue> {
  const changed: Record<string, HeaderValue> = {};
  for (const [name, value] of Object.entries(after)) {
    if (value !== undefined && !sameHeader(before[name], value)) changed[name.toLowerCase()] = value;
  }
  return changed;
}

/** Without what must not be replayed to another request. */
export function replayableHeaders(headers: HeaderMap): Record<string, HeaderValue> {
  // RFC 9110 section 7.6.1: whatever Connection names is for this connection alone.
  const nominated = listOf(headers['connection']);
  const kept: Record<string, HeaderValue> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || NEVER_REPLAYED.has(name) || NEVER_REPLAYED_PREFIX.test(name)) continue;
    if (!nominated.includes(name)) kept[name] = value;
  }
  return kept;
}

function sameHeader(a: HeaderValue | undefined, b: HeaderValue): boolean {
  if (typeof a === 'object' || typeof b === 'object') return JSON.stringify(a) === JSON.stringify(b);
  return String(a) === String(b);
}
