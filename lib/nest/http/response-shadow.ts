import { AsyncLocalStorage } from 'node:async_hooks';
import type { HeaderMap, HeaderValue, HttpReply } from './http-exchange.js';
import { varyAdded, type RecordedResponse } from './response-policy.js';
import { withVary, type ResponseRecorder } from './response-recorder.js';

type Method = (this: object, ...args: unknown[]) => unknown;

/** The run that is writing here, if any. */
const writing = new AsyncLocalStorage<ResponseShadow>();
const divertedTargets = new WeakSet<object>();

/**
 * For a run beside a stale answer. The client is given the old response on the very object that the handler writes the
 * new one to, so without a shadow the new status could go out with the old body, and every header set after that would
 * throw ERR_HTTP_HEADERS_SENT and fail the refresh. Whoever writes from inside the run, told by the async context, writes
 * to the shadow; whoever sends the stale answer does not.
 */
export class ResponseShadow implements ResponseRecorder {
  status: number;
  wroteBody = false;
  /** `undefined`: removed. */
  private readonly written = new Map<string, HeaderValue | undefined>();

  constructor(
    private readonly reply: HttpReply,
    private readonly before: HeaderMap,
  ) {
    this.status = reply.status;
  }

  run<T>(run: () => T): T {
    for (const target of this.reply.targets) divert(target);
    return writing.run(this, run);
  }

  recorded(): RecordedResponse {
    const headers = this.getHeaders();
    return { status: this.status, headers, vary: varyAdded(this.before, headers), isSent: this.wroteBody };
  }

  changed(): Record<string, HeaderValue> {
    const set = [...this.written].filter((header): header is [string, HeaderValue] => header[1] !== undefined);
    return withVary(Object.fromEntries(set), varyAdded(this.before, this.getHeaders()));
  }

  commit(): void {
    if (this.reply.isSent) return;
    this.reply.status = this.status;
    for (const [name, value] of this.written) if (value !== undefined) this.reply.setHeader(name, value);
  }

  owns(target: object): boolean {
    return this.reply.targets.includes(target);
  }

  setHeader(name: string, value: HeaderValue): void {
    this.written.set(name.toLowerCase(), value);
  }

  appendHeader(name: string, value: HeaderValue): void {
    const present = this.getHeaders()[name.toLowerCase()];
    this.setHeader(name, present === undefined ? value : [present, value].flat().map(String));
  }

  removeHeader(name: string): void {
    this.written.set(name.toLowerCase(), undefined);
  }

  getHeaders(): Record<string, HeaderValue> {
    const headers = Object.entries({ ...this.before, ...Object.fromEntries(this.written) });
    return Object.fromEntries(headers.filter((header): header is [string, HeaderValue] => header[1] !== undefined));
  }
}

/** What a handler may call on the response, and what that means to its shadow. */
const DIVERTED: Readonly<
  Record<string, (shadow: ResponseShadow, target: object, args: readonly unknown[]) => unknown>
> = {
  setHeader: (shadow, target, [name, value]) => (shadow.setHeader(String(name), value as HeaderValue), target),
  // Fastify's reply; Express's method of that name comes down to setHeader.
  header: (shadow, target, [name, value]) => (shadow.setHeader(String(name), (value ?? '') as HeaderValue), target),
  appendHeader: (shadow, target, [name, value]) => (shadow.appendHeader(String(name), value as HeaderValue), target),
  removeHeader: (shadow, target, [name]) => (shadow.removeHeader(String(name)), target),
  getHeader: (shadow, _target, [name]) => shadow.getHeaders()[String(name).toLowerCase()],
  hasHeader: (shadow, _target, [name]) => String(name).toLowerCase() in shadow.getHeaders(),
  getHeaders: (shadow) => shadow.getHeaders(),
  getHeaderNames: (shadow) => Object.keys(shadow.getHeaders()),
  writeHead: (shadow, target) => ((shadow.wroteBody = true), target),
  flushHeaders: (shadow) => void (shadow.wroteBody = true),
  write: (shadow) => (shadow.wroteBody = true),
  end: (shadow, target) => ((shadow.wroteBody = true), target),
  send: (shadow, target) => ((shadow.wroteBody = true), target),
};

/** Once for each response: calls from inside a shadowed run go to the shadow, all others where they always went. */
function divert(target: object): void {
  if (divertedTargets.has(target)) return;
  divertedTargets.add(target);
  const methods = target as Record<string, unknown>;
  const isNodeResponse = typeof methods['writeHead'] === 'function';
  for (const [name, divertCall] of Object.entries(DIVERTED)) {
    const original = methods[name];
    if (typeof original !== 'function' || (name === 'header' && isNodeResponse)) continue;
    methods[name] = function (this: object, ...args: unknown[]): unknown {
      const shadow = shadowOf(target);
      return shadow ? divertCall(shadow, target, args) : (original as Method).apply(this, args);
    };
  }
  if (isNodeResponse) divertState(target as { statusCode: number });
}

/** Fastify's `code()` comes down to Node's `statusCode`, so this serves both. */
function divertState(response: { statusCode: number }): void {
  let real = response.statusCode;
  Object.defineProperty(response, 'statusCode', {
    configurable: true,
    enumerable: true,
    get: () => shadowOf(response)?.status ?? real,
    set: (status: number) => {
      const shadow = shadowOf(response);
      if (shadow) shadow.status = status;
      else real = status;
    },
  });
  const inherited = Object.getPrototypeOf(response) as object;
  Object.defineProperty(response, 'headersSent', {
    configurable: true,
    enumerable: true,
    get: () => (shadowOf(response) ? false : (Reflect.get(inherited, 'headersSent', response) as boolean)),
  });
}

/** A handler may call its own app in process: the response of that call is not this run's to catch. */
function shadowOf(target: object): ResponseShadow | undefined {
  const shadow = writing.getStore();
  return shadow?.owns(target) ? shadow : undefined;
}
