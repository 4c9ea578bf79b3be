import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import type { BaseMessage } from '@langchain/core/messages';
import type { ChatGenerationChunk, ChatResult } from '@langchain/core/outputs';

/**
 * The part of a chat model of LangChain that is used: what every integration implements. Whatever extends `BaseChatModel` of
 * `@langchain/core` 1 fits.
 */
export interface ChatModelLike {
  _llmType(): string;
  invocationParams(options?: never): unknown;
  _generate(messages: BaseMessage[], options: never, runManager?: CallbackManagerForLLMRun): Promise<ChatResult>;
  _streamResponseChunks(
    messages: BaseMessage[],
    options: never,
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk>;
}

/** What LangChain has made of the options of a call by the time it asks the model. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly [name: string]: unknown;
}

/** The same model, for those who do not know of what kind its options are. */
export interface AnyChatModel extends ChatModelLike {
  invocationParams(options?: CallOptions): unknown;
  _generate(messages: BaseMessage[], options: CallOptions, runManager?: CallbackManagerForLLMRun): Promise<ChatResult>;
  _streamResponseChunks(
    messages: BaseMessage[],
    options: CallOptions,
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk>;
}
