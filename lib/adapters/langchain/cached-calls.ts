import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import type { BaseMessage } from '@langchain/core/messages';
import type { ChatGenerationChunk, ChatResult } from '@langchain/core/outputs';
import type { AiResponseCache } from '../../ai/ai-response-cache.js';
import type { AnswerRules, StreamRules } from '../../ai/answer-rules.js';
import type { PreparedRequest } from '../../ai/keys/prepared-request.js';
import { CacheTenantError } from '../../support/errors.js';
import { factsOfAll } from './answer-facts.js';
import type { ChatModelRules } from './chat-model-options.js';
import type { AnyChatModel, CallOptions } from './chat-model.js';
import { chatRequest } from './chat-request.js';
import { copyOf, type CoreCopy } from './core-copy.js';
import { ChunkSource, type SourceItem } from './chunk-source.js';
import { unpackChunk } from './packed-chunk.js';
import { itemsUntilAborted } from './items-until-aborted.js';
import { packResult, unpackResult, type PackedResult } from './packed-generation.js';
import { parsedBySchema, structuredByTool } from './structured-output.js';
import { withoutUsage, withoutUsageOf } from './served-usage.js';

/** A whole answer that cannot be stored, since a message is of a class of somebody else's. */
interface UnpackedResult {
  readonly raw: () => ChatResult;
}

type Answer = PackedResult | UnpackedResult;

/** How one model is asked: by way of the cache. Stands in the place of the two methods that send a request. */
export class CachedCalls {
  private readonly copy: CoreCopy;

  constructor(
    private readonly model: AnyChatModel,
    private readonly ai: AiResponseCache,
    private readonly rules: ChatModelRules,
  ) {
    this.copy = copyOf(model);
  }

  /** For `_generate`. */
  async generate(messages: BaseMessage[], call: CallOptions, run?: CallbackManagerForLLMRun): Promise<ChatResult> {
    const request = this.requestOf(messages, call);
    if (request === undefined) return this.model._generate(messages, call, run);
    call.signal?.throwIfAborted();
    let isMade = false;
    const answer = await this.ai.getOrGenerate<Answer>(
      request,
      async (context) => {
        // The signal of the load: this caller may leave, and others wait for the same answer.
        const result = await this.model._generate(messages, { ...call, signal: context.signal }, run);
        const packed = parsedBySchema(call, result) ? undefined : packResult(result);
        if (packed === undefined || !this.isStill(request, messages, call)) context.skip();
        isMade = true;
        return packed ?? { raw: () => result };
      },
      this.wholeRules(call),
    );
    const result = 'raw' in answer ? answer.raw() : unpackResult(answer, this.copy);
    if (isMade) return result;
    // Who listens to tokens hears of an answer that needed none to be made, as with LangChain's own caches.
    if (Reflect.get(this.model, 'streaming') === true) await run?.handleLLMNewToken(result.generations[0]?.text ?? '');
    return this.rules.zeroUsage ? withoutUsage(result) : result;
  }

  /** For `_streamResponseChunks`. */
  async *stream(
    messages: BaseMessage[],
    call: CallOptions,
    run?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const request = this.requestOf(messages, call);
    if (request === undefined) {
      yield* this.model._streamResponseChunks(messages, call, run);
      return;
    }
    call.signal?.throwIfAborted();
    let isMade = false;
    const items = this.ai.getOrGenerateStream<SourceItem>(
      request,
      (context) => {
        isMade = true;
        const chunks = this.model._streamResponseChunks(messages, { ...call, signal: context.signal });
        return new ChunkSource(chunks, context, this.rules.trustsEnd, () => this.isStill(request, messages, call));
      },
      this.storing(call),
    );
    for await (const item of itemsUntilAborted(items, call.signal)) {
      const chunk = 'raw' in item ? item.raw() : unpackChunk(item, this.copy);
      yield isMade || !this.rules.zeroUsage ? chunk : withoutUsageOf(chunk);
      const choice = { prompt: (call['promptIndex'] as number | undefined) ?? 0, completion: choiceOf(chunk) };
      // Each reader has a run of its own, so not the model tells of it but whoever reads.
      await run?.handleLLMNewToken(chunk.text, choice, undefined, undefined, undefined, { chunk });
    }
  }

  /** `undefined`: there can be no key, and the call runs as it would without a cache. @throws CacheTenantError */
  private requestOf(messages: readonly BaseMessage[], call: CallOptions): PreparedRequest | undefined {
    const { tenantOf, onUncached } = this.rules;
    const tenant = tenantOf();
    try {
      return this.prepare(messages, call, tenant);
    } catch (error) {
      if (error instanceof CacheTenantError) throw error;
      onUncached(error as Error);
      return undefined;
    }
  }

  /**
   * Whether it still asks what it asked when its key was made. Between that and the request lies the lookup: who changes a
   * message meanwhile must not leave the answer to the one under the key of the other.
   */
  private isStill(request: PreparedRequest, messages: readonly BaseMessage[], call: CallOptions): boolean {
    try {
      return this.prepare(messages, call, request.tenant).key === request.key;
    } catch {
      return false;
    }
  }

  private prepare(messages: readonly BaseMessage[], call: CallOptions, tenant: string | undefined): PreparedRequest {
    const { operation } = this.rules;
    return this.ai.prepare(chatRequest(this.model, messages, call, { operation, tenant }));
  }

  private wholeRules(call: CallOptions): AnswerRules<Answer> {
    return {
      ...this.storing(call),
      ...(call.signal && { signal: call.signal }),
      describe: (answer) =>
        factsOfAll('raw' in answer ? answer.raw().generations : unpackResult(answer, this.copy).generations),
    };
  }

  private storing(call: CallOptions): StreamRules {
    const { storing } = this.rules;
    return storing.storeToolCalls === undefined && structuredByTool(call)
      ? { ...storing, storeToolCalls: true }
      : storing;
  }
}

function choiceOf({ generationInfo }: ChatGenerationChunk): number {
  const choice: unknown = generationInfo?.['completion'];
  return typeof choice === 'number' ? choice : 0;
}
