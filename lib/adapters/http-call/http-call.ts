import { decoded, jsonObject, kindOf } from './text.js';

/** A request whose body can be read: JSON that is posted. */
export interface HttpCall {
  readonly url: URL;
  readonly headers: Headers;
  /** As it is sent. */
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal | undefined;
}

/** Whoever asks so wants the provider itself, as in RFC 9111 section 5.2.1. */
const UNCACHED = /(?:^|[\s,])no-(?:store|cache)(?:[\s,=]|$)/i;

/**
 * What a client is about to send; `undefined` where it is nothing whose answer may come out of a cache: another method than
 * POST, a body that is no JSON object (a stream, a form, a `Request`), `cache-control: no-store` or `no-cache`, an integrity to
 * check, a redirect that the client wants to see, a name or a password in the address.
 */
export function readCall(input: unknown, init: RequestInit | undefined): HttpCall | undefined {
  if (typeof input !== 'string' && !(input instanceof URL)) return undefined;
  if (init === undefined || init.method?.toUpperCase() !== 'POST') return undefined;
  if (init.integrity !== undefined || (init.redirect !== undefined && init.redirect !== 'follow')) return undefined;
  const text = textOf(init.body);
  if (text === undefined || !URL.canParse(String(input))) return undefined;
  const url = new URL(input);
  // Whom a name in the address stands for, each `fetch` has ideas of its own about; that of Node refuses it.
  if (url.username !== '' || url.password !== '') return undefined;
  const headers = new Headers(init.headers);
  if (UNCACHED.test(headers.get('cache-control') ?? '')) return undefined;
  // Clients of providers always say it; what is said to be a form is none of ours.
  if (headers.has('content-type') && kindOf(headers.get('content-type')) !== 'json') return undefined;
  const body = jsonObject(text);
  return body && { url, headers, text, body, signal: init.signal ?? undefined };
}

function textOf(body: unknown): string | undefined {
  if (typeof body === 'string') return body;
  if (body instanceof ArrayBuffer) return decoded(new Uint8Array(body));
  return ArrayBuffer.isView(body) ? decoded(new Uint8Array(body.buffer, body.byteOffset, body.byteLength)) : undefined;
}
