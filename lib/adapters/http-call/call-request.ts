import type { AiRequest } from '../../ai/ai-request.js';
import { sha256 } from '../../support/sha256.js';
import type { HttpCall } from './http-call.js';

/**
 * Numbers that two spellings may lose their difference of when they are parsed: `9007199254740993` is no double. Also matches
 * some that lose nothing, and pieces of texts: then a call merely shares with those that are spelled alike.
 */
const BEYOND_DOUBLES = /\d{16}|\d[eE][+-]?\d{3}/;

/** Never part of what is asked: some clients set it, others leave it to the connection. */
const OF_THE_BODY = ['content-type', 'content-length', 'content-encoding', 'accept-encoding', 'cache-control'];

/**
 * What is asked, for the key: where (with its query), by whom, with which headers, and the whole body. What tells calls of one
 * question apart is left out by the keys themselves: credentials, ids, traces, the client (`keys/ignored-headers.ts`).
 * @param account Whose answers these are.
 */
export function requestOf(call: HttpCall, operation: string, account: string): AiRequest {
  const { url, body, text } = call;
  const headers = new Headers(call.headers);
  for (const name of OF_THE_BODY) headers.delete(name);
  const { model } = body;
  return {
    operation,
    options: {
      // Beside the body it is also what answers are invalidated by.
      ...(typeof model === 'string' && { model }),
      url: url.origin + url.pathname + url.search,
      account,
      headers,
      body,
      ...(BEYOND_DOUBLES.test(text) && { spelling: sha256(text) }),
    },
  };
}
