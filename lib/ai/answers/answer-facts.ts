import type { AiUsage } from '../ai-usage.js';
import type { FinishReason } from './finish-reason.js';

/** What an answer says of itself. Anything that it does not say is `undefined`, and no reason not to store it. */
export interface AnswerFacts {
  /**
   * The text of all choices; empty when one of them has none. `undefined` when the shape of the answer is not known, or when it is made of something else
   * than text, such as an image or an object.
   */
  readonly text: string | undefined;
  /** The worst of all choices. */
  readonly finish: FinishReason | undefined;
  /** Whether it asks the caller to run tools. Those that the provider has run itself do not count. */
  readonly hasToolCalls: boolean;
  /** The model declined to answer, and said so outside the text: `refusal` of OpenAI and Anthropic. */
  readonly refused: boolean;
  /** Of all steps where there are several. */
  readonly usage: AiUsage | undefined;
  /** The id of the model that answered, which may be more precise than the one that was asked. */
  readonly model: string | undefined;
  /** Of a stream: see `StreamFacts`. */
  readonly ended?: boolean | undefined;
}
