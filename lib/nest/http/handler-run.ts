import type { CallHandler } from '@nestjs/common';
import { lastValueFrom } from 'rxjs';
import type { Duration } from '../../contracts/duration.js';
import type { LoaderContext } from '../../contracts/options.js';
import { replayableHeaders } from './header-rules.js';
import type { HeaderMap, HttpReply, HttpRequest } from './http-exchange.js';
import type { Distinction } from './request-policy.js';
import { isJsonType, jsonTextOf } from './json-answer.js';
import { keptBody, type Kept } from './response-body.js';
import { whyNotStored, type RecordedResponse } from './response-policy.js';
import { DirectRecorder, type ResponseRecorder } from './response-recorder.js';
import { ResponseShadow } from './response-shadow.js';
import { UNSHARED, type StoredJson, type StoredResponse } from './stored-response.js';

/** An Observable that completed without a value; Nest has its own answer to that. */
export const NOTHING: unique symbol = Symbol('nothing');

export type RunState =
  | { readonly is: 'idle' }
  | { readonly is: 'running'; readonly over: Promise<unknown> }
  /** `json`: the body in the form in which it is stored, and was meant to be sent. */
  | { readonly is: 'done'; readonly body: unknown; readonly json: StoredJson | undefined }
  | { readonly is: 'failed'; readonly error: unknown };

/** What a run needs to know of its request. */
export interface RunParts {
  readonly request: HttpRequest;
  readonly reply: HttpReply;
  readonly next: CallHandler;
  /** The headers on the response that are not the handler's. */
  readonly before: HeaderMap;
  readonly distinction: Distinction;
  /** How long a response without a body is good, where that differs. */
  readonly nullTtl: Duration | undefined;
  /** The cache may call for a run while it serves a response that is still fresh. */
  readonly mayRefreshEarly: boolean;
  /** Whether a body may be stored that will come back without its class. */
  readonly mayLoseClass: (className: string) => boolean;
  /** Nobody but the platform sees the body, and it would make the JSON of it that anybody makes. */
  readonly takesText: boolean;
  /** No other handler has the key: whoever is given the response takes text too. */
  readonly isOwnKey: boolean;
}

/** The one run of the handler that a request may need, as the cache's loader. */
export class HandlerRun {
  state: RunState = { is: 'idle' };
  private recorder: ResponseRecorder | undefined;

  constructor(private readonly parts: RunParts) {}

  /** The handler, for whom the cache has nothing to do with it. */
  get next(): CallHandler {
    return this.parts.next;
  }

  /**
   * Runs the handler. What nobody else may have is kept here and not given to the cache: it hears `UNSHARED` instead. An
   * error goes to the cache only if it is the server's, because only those may be answered with a stale response
   * (RFC 5861 section 4); a 403 is this request's alone.
   */
  readonly load = async (context: LoaderContext): Promise<StoredResponse | StoredJson | typeof UNSHARED> => {
    const { reply, before } = this.parts;
    const isBesideOld = this.parts.mayRefreshEarly || context.stale !== undefined;
    this.recorder = isBesideOld ? new ResponseShadow(reply, before) : new DirectRecorder(reply, before);
    let body: unknown;
    try {
      body = await this.run(this.recorder);
    } catch (error) {
      this.state = { is: 'failed', error };
      if (statusOf(error) >= 500) throw error;
      context.skip();
      return UNSHARED;
    }
    const stored = this.shareable(body, this.recorder);
    this.state = { is: 'done', body, json: stored?.kind === 'http-json' ? stored : undefined };
    if (stored === undefined) context.skip();
    // To the cache the response is never nothing; to whoever set the option its body is what counts.
    else if (this.parts.nullTtl !== undefined && (body ?? undefined) === undefined) context.setTtl(this.parts.nullTtl);
    return stored ?? UNSHARED;
  };

  /** Lets the client have the status and headers of this run. */
  commit(): void {
    this.recorder?.commit();
  }

  private run(recorder: ResponseRecorder): Promise<unknown> {
    // Subscribed here and not by the router, so that a client that leaves takes nobody else's response along.
    const over = recorder.run(() =>
      lastValueFrom<unknown, typeof NOTHING>(this.parts.next.handle(), { defaultValue: NOTHING }),
    );
    this.state = { is: 'running', over };
    return over;
  }

  private shareable(body: unknown, recorder: ResponseRecorder): StoredResponse | StoredJson | undefined {
    const recorded = recorder.recorded();
    if (whyNotStored(this.parts.request, recorded, this.parts.distinction) !== undefined) return undefined;
    // Refuses NOTHING as well: it is a symbol.
    const kept = keptBody(body);
    if ('refused' in kept) return undefined;
    if (kept.instanceOf !== undefined && !this.parts.mayLoseClass(kept.instanceOf)) return undefined;
    const { status } = recorded;
    const headers = replayableHeaders(recorder.changed());
    const json = this.jsonOf(body, kept, recorded);
    if (json !== undefined) return { kind: 'http-json', status, headers, ...json };
    // Its `toJSON` has made something else of it: nothing that could be given back makes the same JSON.
    if (isObject(body) && !isObject(kept.value)) return undefined;
    return { kind: 'http-response', status, headers, body: kept.value };
  }

  /** The body as text, where that is what everybody who has this response will be sent. */
  private jsonOf(
    body: unknown,
    kept: Kept,
    { headers }: RecordedResponse,
  ): Pick<StoredJson, 'text' | 'isExact' | 'etag'> | undefined {
    const { reply, takesText, isOwnKey } = this.parts;
    if (!takesText || !reply.isUnserialized || !isJsonType(headers['content-type'])) return undefined;
    const isExact = kept.isJson && isObject(kept.value);
    if (!isExact && !isOwnKey) return undefined;
    const text = jsonTextOf(body);
    if (text === undefined) return undefined;
    const etag = headers['etag'] === undefined ? reply.etagOf(text) : undefined;
    return etag === undefined ? { text, isExact } : { text, isExact, etag };
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** The status an exception filter would answer with. */
function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null) return 500;
  const { getStatus, statusCode } = error as { getStatus?: unknown; statusCode?: unknown };
  const status: unknown = typeof getStatus === 'function' ? getStatus.call(error) : statusCode;
  return typeof status === 'number' ? status : 500;
}
