import type { AnswerFacts } from './answer-facts.js';
import { finishOf, type FinishReason, worstFinish } from './finish-reason.js';
import { isBlank } from './fields.js';
import { partialUsageOf, type PartialUsage, wholeUsage } from './usage.js';

/** Gathers what the parts of an answer say, part by part. */
export class AnswerTally {
  hasToolCalls = false;
  refused = false;
  finish: FinishReason | undefined;
  model: string | undefined;
  #text = '';
  #hasText = false;
  /** Something that is no text, and an answer all the same. */
  #hasOther = false;
  #hasEmpty = false;
  #usage: PartialUsage = { inputTokens: undefined, outputTokens: undefined };

  /** @param keepsText `false`: only whether there is any text that is not white space. */
  constructor(private readonly keepsText: boolean) {}

  addText(text: string | undefined): void {
    if (text === undefined) return;
    if (this.keepsText) this.#text += text;
    this.#hasText ||= !isBlank(text);
  }

  /** An image, a sound, an object: the answer is not empty, though it has no text. */
  addOther(): void {
    this.#hasOther = true;
  }

  /** One of several choices says nothing: they count as the worst of them. */
  addEmpty(): void {
    this.#hasEmpty = true;
  }

  /** Of several choices the worst counts. */
  addFinish(reason: unknown): void {
    this.finish = worstFinish(this.finish, finishOf(reason));
  }

  /** The counts are of the whole answer so far. One that is not told leaves the earlier one. */
  addUsage(usage: unknown): void {
    const { inputTokens, outputTokens } = partialUsageOf(usage);
    this.#usage = {
      inputTokens: inputTokens ?? this.#usage.inputTokens,
      outputTokens: outputTokens ?? this.#usage.outputTokens,
    };
  }

  /** The counts are of this part alone. */
  growUsage(usage: unknown): void {
    const { inputTokens, outputTokens } = partialUsageOf(usage);
    this.#usage = {
      inputTokens: sum(this.#usage.inputTokens, inputTokens),
      outputTokens: sum(this.#usage.outputTokens, outputTokens),
    };
  }

  addModel(model: string | undefined): void {
    if (model !== undefined && model !== '') this.model = model;
  }

  refuse(): void {
    this.refused = true;
  }

  get facts(): AnswerFacts {
    return {
      text: this.#shownText(),
      finish: this.finish,
      hasToolCalls: this.hasToolCalls,
      refused: this.refused,
      usage: wholeUsage(this.#usage),
      model: this.model,
    };
  }

  #shownText(): string | undefined {
    if (this.#hasEmpty) return '';
    if (this.#hasText) return this.keepsText ? this.#text : undefined;
    return this.#hasOther ? undefined : this.#text;
  }
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : a + b;
}
