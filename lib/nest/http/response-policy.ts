import { listOf } from './header-rules.js';
import type { HeaderMap, HttpReply, HttpRequest } from './http-exchange.js';
import { whyMarkedPrivate, whyPersonal, type Distinction } from './request-policy.js';

/** What a run of the handler has left on the response. */
export interface RecordedResponse {
  readonly status: number;
  readonly headers: HeaderMap;
  /** The names in Vary that the handler added. */
  readonly vary: readonly string[];
  /** The handler wrote to the client itself. */
  readonly isSent: boolean;
}

/** Why the response must not be stored, apart from its body; `undefined` when it may. */
export function whyNotStored(
  request: HttpRequest,
  recorded: RecordedResponse,
  distinction: Distinction,
): string | undefined {
  const { status, headers } = recorded;
  if (recorded.isSent) return 'the handler sent it itself';
  // RFC 9111 section 3.3: parts are not stored; everything outside 2xx is somebody's error or redirect.
  if (status < 200 || status > 299 || status === 206) return `its status is ${status}`;
  if (headers['content-range'] !== undefined) return 'it is a part of the whole';
  const marked = whyMarkedPrivate(headers);
  if (marked !== undefined) return marked;
  const uncovered = uncoveredBy(distinction, recorded.vary);
  if (uncovered !== undefined) return `it varies by ${uncovered}, which varyBy does not name`;
  // The handler may have logged somebody in.
  return whyPersonal(request, distinction);
}

/** The names in the Vary header that are the handler's: not those that middleware, such as CORS, put there before. */
export function varyAdded(before: HeaderMap, after: HeaderMap): readonly string[] {
  const known = listOf(before['vary']);
  return listOf(after['vary']).filter((name) => !known.includes(name));
}

/** The first of `names` that requests of one key may differ in. */
export function uncoveredBy(distinction: Distinction, names: readonly string[]): string | undefined {
  if (distinction.by === 'function') return undefined;
  const covered = distinction.by === 'headers' ? distinction.names : [];
  return names.find((name) => !covered.includes(name));
}

/** What the response looks like now, compared with how it looked `before`. */
export function recordedOf(reply: HttpReply, before: HeaderMap): RecordedResponse {
  const headers = reply.headers();
  return { status: reply.status, headers, vary: varyAdded(before, headers), isSent: reply.isSent };
}
