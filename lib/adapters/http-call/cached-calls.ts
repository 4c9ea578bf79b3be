import { AiResponseCache } from '../../ai/ai-response-cache.js';
import type { PreparedRequest } from '../../ai/keys/prepared-request.js';
import { CacheKeyError, CacheUsageError } from '../../support/errors.js';
import { mayBeShared } from '../../support/shared-signal.js';
import { requestOf } from './call-request.js';
import { CallSource } from './call-source.js';
import { credentialsOf } from './credentials.js';
import type { Endpoint, Endpoints } from './endpoint.js';
import { isHead, responseOf, type AnswerHead, type AnswerItem } from './http-answer.js';
import { readCall, type HttpCall } from './http-call.js';
import type { HttpCallOptions } from './http-call.options.js';
import { HttpFailure } from './http-failure.js';
import type { Send } from './http-types.js';
import { leave, liveBody } from './live-body.js';

/** What a served response says of itself; one that the provider has answered is as it came. */
export const SERVED = { 'x-cache': 'hit' };

/** What one call adds to the options. */
export interface CallLimits {
  /** Milliseconds the caller waits for an answer, or for the beginning of a stream. */
  readonly timeout?: number | undefined;
}

/** A call that can be cached, and what it is at. */
export interface KnownCall {
  readonly call: HttpCall;
  readonly endpoint: Endpoint;
  /** A digest of its credentials. */
  readonly credentials: string | undefined;
  /** In its key: whose answer it is. */
  readonly account: string;
}

/**
 * HTTP calls to a provider of models, cached as what they are: questions. An answer is stored as its status, a few headers and
 * the very text of its body; a stream as its events.
 *
 *     known endpoint, nothing kept at the provider? no -> send
 *     key -> the stream of the answer (head, then events): replayed, joined, or sent for
 *     failed? -> the provider's own words, to each caller
 */
export class CachedCalls {
  constructor(
    private readonly ai: AiResponseCache,
    private readonly endpoints: Endpoints,
    private readonly options: HttpCallOptions,
  ) {
    // A second copy of the package is a cache as well.
    if (typeof (ai as Partial<AiResponseCache> | undefined)?.getOrGenerateStream === 'function') return;
    throw new CacheUsageError('The first argument must be an AiResponseCache: inject it, or make one over a manager.');
  }

  /** `undefined`: to be passed through. */
  recognize(input: unknown, init: RequestInit | undefined): KnownCall | undefined {
    const call = readCall(input, init);
    const endpoint = call && this.endpoints(call.url);
    if (!endpoint || endpoint.readsOrChangesState(call.body, this.options.storeToolCalls === true)) return undefined;
    const credentials = credentialsOf(call.headers);
    const { account } = this.options;
    return {
      call,
      endpoint,
      credentials,
      account: account === undefined ? `key ${credentials}` : `account ${account}`,
    };
  }

  /** Whether nobody can tell here whose answer it will be: that of a request which is signed further in, say. */
  isAnonymous({ credentials }: KnownCall): boolean {
    return credentials === undefined && this.options.account === undefined;
  }

  /** Of whom the answers to a prepared request are. @throws CacheTenantError */
  tenantOf(request: PreparedRequest): string | undefined {
    return this.ai.tenantOf(request);
  }

  /**
   * The answer, stored or not. Rejects as the sending does, and when the caller's signal is aborted; with `CacheTenantError`
   * where the tenant cannot be told.
   */
  async answer(known: KnownCall, send: Send, limits: CallLimits = {}): Promise<Response> {
    const { signal } = known.call;
    signal?.throwIfAborted();
    if (signal) mayBeShared(signal);
    const request = this.prepare(known);
    if (request === undefined) return send({});
    // Those who have waited in vain for another account's answer ask together.
    return (await this.ask(known, request, send, limits)) ?? (await this.ask(known, request, send, limits)) ?? send({});
  }

  /** `undefined`: what came is nothing to this caller. */
  private async ask(
    { call, endpoint, credentials }: KnownCall,
    request: PreparedRequest,
    send: Send,
    limits: CallLimits,
  ): Promise<Response | undefined> {
    const { signal } = call;
    const source = new CallSource(endpoint, call.body['stream'] === true, credentials, send);
    const rules = { ...this.rules(limits), describe: source.describe };
    const items = this.ai.getOrGenerateStream<AnswerItem>(request, source.ask, rules);
    try {
      const head = await beginning(items, signal);
      // What stands there is nothing of ours.
      return head && (await this.response(head, items, source, signal));
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      // That another account is refused, or has no more to spend, says nothing of this one.
      return source.concerns(error) ? error.response() : undefined;
    }
  }

  private async response(
    head: AnswerHead,
    items: AsyncIterableIterator<AnswerItem>,
    source: CallSource,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const own = source.ownHead(head);
    const { body } = head;
    const served = own ? {} : SERVED;
    if (body === undefined) return responseOf(own ?? head, liveBody(items, source, signal), served);
    // It is stored when it has been read to its end.
    await ending(items);
    return responseOf(own ?? head, body, served);
  }

  /** `undefined` where no key can be made, for nesting that is too deep: no reason to fail a call. */
  prepare({ call, endpoint, account }: KnownCall): PreparedRequest | undefined {
    try {
      return this.ai.prepare(requestOf(call, this.options.operation ?? endpoint.operation, account));
    } catch (error) {
      if (error instanceof CacheKeyError) return undefined;
      throw error;
    }
  }

  private rules({ timeout }: CallLimits): HttpCallOptions {
    const { options } = this;
    return timeout === undefined || options.hardTimeout !== undefined ? options : { ...options, hardTimeout: timeout };
  }
}

/** The first item. The caller who gives up leaves; what others wait for goes on. */
async function beginning(
  items: AsyncIterableIterator<AnswerItem>,
  signal: AbortSignal | undefined,
): Promise<AnswerHead | undefined> {
  const abort = (): void => void leave(items);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const step = await items.next();
    signal?.throwIfAborted();
    return step.done !== true && isHead(step.value) ? step.value : undefined;
  } catch (error) {
    // However the source takes its cancellation: the caller is told of its own.
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

async function ending(items: AsyncIterableIterator<AnswerItem>): Promise<void> {
  while ((await items.next()).done !== true);
}
