import type { AiRequest } from '../../ai/ai-request.js';
import type { HttpCall } from './http-call.js';
import { longNumbers } from './long-numbers.js';

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
  const numbers = longNumbers(text);
  return {
    operation,
    options: {
      // Beside the body it is also what answers are invalidated by.
      ...(typeof model === 'string' && { model }),
      url: url.origin + url.pathname + url.search,
      account,
      headers,
      body,
      ...(numbers.length > 0 && { numbers }),
    },
  };
}
