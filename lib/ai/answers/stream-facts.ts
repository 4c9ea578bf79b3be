import type { AnswerFacts } from './answer-facts.js';
import { isErrorBody } from './read-answer.js';
import { fieldOf } from './fields.js';
import { StreamTally } from './stream-tally.js';
import { takeAiSdkPart } from './take-ai-sdk-part.js';
import { takeAnthropicEvent } from './take-anthropic-event.js';
import { takeChatChunk, takeGeminiChunk, takeLangChainChunk, takeOllamaChunk } from './take-chunk.js';
import { takeOpenAiEvent } from './take-openai-event.js';

/** Each says whether the item is of its protocol. */
const TAKERS = [
  takeChatChunk,
  takeOpenAiEvent,
  takeAnthropicEvent,
  takeAiSdkPart,
  takeGeminiChunk,
  takeOllamaChunk,
  takeLangChainChunk,
];

/**
 * What the items of a stream say of the answer, item by item, told by their shape: strings, parts of the AI SDK, chunks and
 * events of OpenAI, events of Anthropic, chunks of LangChain, Gemini and Ollama. Never throws.
 */
export class StreamFacts {
  readonly #tally = new StreamTally();
  #isUnknown = false;

  take(item: unknown): void {
    try {
      this.#take(item);
    } catch {
      // A proxy, or an array whose entries cannot be read.
      this.#isUnknown = true;
    }
  }

  /**
   * Of the items so far. The text is not gathered: it is empty when none of it was more than white space, else `undefined`,
   * as it is when there were items of an unknown shape.
   */
  get facts(): AnswerFacts {
    const { facts, ended } = this.#tally;
    return { ...facts, text: this.#isUnknown ? undefined : facts.text, ended };
  }

  /**
   * Whether the protocol's own end was seen; where it was not, the stream is cut. `undefined` for strings and other items
   * whose protocol has none: there the end of the stream is all there is.
   */
  get ended(): boolean | undefined {
    return this.#tally.ended;
  }

  #take(item: unknown): void {
    if (typeof item === 'string') return this.#tally.addText(item);
    if (typeof item !== 'object' || item === null) {
      this.#isUnknown = true;
      return;
    }
    // Parts and events of failures have the same name everywhere. Others may carry an error that is not the answer's.
    const type = fieldOf(item, 'type');
    const isError = type === 'error' || (type === undefined && isErrorBody(item));
    if (isError) this.#tally.addFinish('error');
    const isKnown = TAKERS.some((take) => take(item, this.#tally));
    if (!isKnown && !isError) this.#isUnknown = true;
  }
}
