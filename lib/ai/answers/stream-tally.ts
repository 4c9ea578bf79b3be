import { AnswerTally } from './answer-tally.js';

/** Gathers what the items of a stream say, and whether its protocol came to its end. Keeps none of the text. */
export class StreamTally extends AnswerTally {
  #ended: boolean | undefined;
  #isAborted = false;
  /** Choices that have begun, and whether each has ended. */
  readonly #choices = new Map<unknown, boolean>();

  constructor() {
    super(false);
  }

  /** `undefined` while no item has told of a protocol that has an end. */
  get ended(): boolean | undefined {
    return this.#isAborted || [...this.#choices.values()].includes(false) ? false : this.#ended;
  }

  /** An item of a protocol that has an end of its own. */
  begin(): void {
    this.#ended ??= false;
  }

  end(): void {
    this.#ended = true;
  }

  /** Whatever may come after it, the answer is not whole. */
  abort(): void {
    this.#isAborted = true;
  }

  beginChoice(index: unknown): void {
    this.begin();
    // Some providers tell the usage in one more chunk of a choice that has ended.
    if (!this.#choices.has(index)) this.#choices.set(index, false);
  }

  endChoice(index: unknown): void {
    this.#choices.set(index, true);
    this.end();
  }
}
