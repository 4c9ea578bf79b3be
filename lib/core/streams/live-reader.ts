import { DONE, type StreamReader } from './stream-reader.js';
import type { Slot, Tape } from './tape.js';

type Result = IteratorResult<unknown, undefined>;

interface Question {
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** One reader of a live stream. */
export class LiveReader implements StreamReader<unknown> {
  /** Of the item it wants next. */
  position = 0;
  /** Called once: when it is through, or leaves before. */
  onEnd: ((hasLeft: boolean) => void) | undefined;
  private readonly questions: Question[] = [];
  private isOver = false;
  private failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly tape: Tape<LiveReader>,
    private readonly owns: boolean,
  ) {}

  get isWaiting(): boolean {
    return this.questions.length > 0;
  }

  next(): Promise<Result> {
    if (this.questions.length === 0) {
      try {
        const result = this.take();
        if (result !== undefined) return Promise.resolve(result);
      } catch (error) {
        const failure: Error = error as Error;
        return Promise.reject(failure);
      }
    }
    return new Promise((resolve, reject) => {
      this.questions.push({ resolve, reject });
      this.tape.ask();
    });
  }

  leave(): void {
    if (this.isOver) return;
    this.close(true);
    this.serve();
  }

  /** The next question is answered with the error. */
  giveUp(error: unknown): void {
    if (this.isOver) return;
    this.failure = { error };
    this.close(true);
    this.serve();
  }

  /** For the recording: there is something new. */
  serve(): void {
    for (let question = this.questions.shift(); question; question = this.questions.shift()) {
      // No question any more while it takes: the recording must not ask for another item because of it.
      try {
        const result = this.take();
        if (result === undefined) return void this.questions.unshift(question);
        question.resolve(result);
      } catch (error) {
        question.reject(error);
      }
    }
  }

  /** `undefined`: it is not there yet. @throws once, what the source has failed with. */
  private take(): Result | undefined {
    if (this.isOver) return this.last();
    const { tape } = this;
    const slot = tape.at(this.position);
    if (slot !== undefined) return { done: false, value: this.itemOf(slot) };
    const { ending } = tape;
    if (ending === undefined) return undefined;
    if (ending !== 'end') this.failure = ending;
    this.close(false);
    return this.last();
  }

  private itemOf(slot: Slot): unknown {
    const value = this.owns ? slot.own : this.tape.copyOf(slot);
    // Its owner's from now on. What cannot be kept has no copies.
    if (this.owns && slot.kept !== undefined) slot.own = undefined;
    this.position++;
    this.tape.advanced();
    return value;
  }

  private last(): Result {
    const { failure } = this;
    if (failure === undefined) return DONE;
    this.failure = undefined;
    throw failure.error;
  }

  /** Its seat first: whether anybody else wants the stream is asked when it has left. */
  private close(hasLeft: boolean): void {
    this.isOver = true;
    this.onEnd?.(hasLeft);
    this.onEnd = undefined;
    this.tape.leave(this);
  }
}
