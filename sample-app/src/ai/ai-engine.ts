import type { AiOperation } from './ai-operation.js';

/** How an answer is made; an engine ignores what it has no use for. */
export interface AiTaskOptions {
  /** How many sentences, points or questions. Default: the operation's. */
  readonly count?: number;
  /** 0 to 2. Default: the provider's. */
  readonly temperature?: number;
  /** The answer is no longer than this. Default: the provider's limit. */
  readonly maxTokens?: number;
}

export interface AiTask {
  readonly operation: AiOperation;
  readonly text: string;
  /** What `qa` answers. */
  readonly question?: string;
  /** The hash of the file that the text is of: what is answered about it is forgotten with it. */
  readonly document?: string;
  readonly options: AiTaskOptions;
}

/** Tokens, as the provider has counted them. */
export interface AiTokens {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Why an answer ended, in the words of the AI SDK. */
export type AiFinish = 'stop' | 'length' | 'content-filter' | 'tool-calls' | 'other';

/** A whole answer. The names are those of the AI SDK, so the cache finds its finish and its tokens by itself. */
export interface AiAnswer {
  readonly text: string;
  readonly finishReason: AiFinish;
  /** Absent where nobody counts tokens. */
  readonly usage?: AiTokens;
}

/** One item of an answer that is streamed: pieces of text, and `finish` once at the end. */
export type AiPart =
  | { readonly type: 'text-delta'; readonly text: string }
  | { readonly type: 'finish'; readonly finishReason: AiFinish; readonly usage?: AiTokens };

/** Who answers. */
export interface AiEngine {
  /** Said at start-up and on each answer: `local extractive (TextRank)`. */
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  /** Which wording of prompts, or which rules, it answers by: answers of another one are not its own. */
  readonly version: number;
  /** @throws {AiProviderError}; the signal's reason, once it is aborted */
  answer(task: AiTask, signal: AbortSignal): Promise<AiAnswer>;
  /** Ends when the signal is aborted. @throws {AiProviderError} from the first or any later item */
  stream(task: AiTask, signal: AbortSignal): AsyncIterable<AiPart>;
}
