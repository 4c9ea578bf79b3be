import type { HeaderValue, HttpReply } from './http-exchange.js';
import { isBuiltIn } from './response-body.js';
import type { StoredJson } from './stored-response.js';

/** What Express and Fastify say of an object, where nobody has said anything yet. */
const JSON_TYPE = 'application/json; charset=utf-8';

/** Under another type one platform refuses an object, and none of them makes JSON of a string. */
export function isJsonType(contentType: HeaderValue | undefined): boolean {
  if (contentType === undefined) return true;
  return typeof contentType === 'string' && /^application\/(?:[\w.-]+\+)?json *(?:;|$)/i.test(contentType);
}

/** What a platform sends for the body; `undefined` where that is not `JSON.stringify` of it. */
export function jsonTextOf(body: unknown): string | undefined {
  // Built-ins are kept by their kind; Fastify goes to its error handler with an error, and sends bytes for `buffer`.
  if (typeof body !== 'object' || body === null || isBuiltIn(body) || body instanceof Error) return undefined;
  if ((body as { buffer?: unknown }).buffer instanceof ArrayBuffer) return undefined;
  try {
    return JSON.stringify(body);
  } catch {
    // A bigint. The platform will say so.
    return undefined;
  }
}

/** Puts on the reply what the platform would have said of the object, and gives the text to send in its place. */
export function answerText(json: StoredJson, reply: HttpReply): string {
  if (reply.header('content-type') === undefined) reply.setHeader('content-type', JSON_TYPE);
  const { etag } = json;
  const kind = reply.etagKind;
  if (etag !== undefined && kind !== undefined && kind === kindOf(etag) && reply.header('etag') === undefined) {
    reply.setHeader('ETag', etag);
  }
  return json.text;
}

function kindOf(etag: string): 'weak' | 'strong' {
  return etag.startsWith('W/') ? 'weak' : 'strong';
}
