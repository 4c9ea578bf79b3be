import { fieldOf, textField } from '../../ai/answers/fields.js';
import { sourceOf, type StreamSource } from '../../core/streams/stream-source.js';
import { asksForTool, isJson } from './answer-check.js';

const DONE = Object.freeze({ done: true as const, value: undefined });

/**
 * The parts of a model as they come, watched on their way: `reject` is called before the end of a stream that is not to be
 * stored, which is one that has ended without its `finish`, or one that should be JSON and is not. A stream that is closed is
 * not thereby whole: providers close theirs when the connection breaks off, too.
 */
export class WatchedParts<P> implements AsyncIterableIterator<P, undefined> {
  /** Whether it has given its first part, or ended without one. */
  hasBegun = false;
  private readonly source: StreamSource;
  private text = '';
  private hasFinished = false;
  private hasToolCall = false;

  constructor(
    stream: object,
    private readonly wantsJson: boolean,
    private readonly reject: () => void,
  ) {
    this.source = sourceOf(stream);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<P, undefined>> {
    const step = await this.source.next();
    this.hasBegun = true;
    if (!step.done) {
      this.watch(step.value);
      return { done: false, value: step.value as P };
    }
    if (!this.hasFinished || !this.isSound) this.reject();
    return DONE;
  }

  async return(): Promise<IteratorResult<P, undefined>> {
    this.source.cancel(new DOMException('Nobody reads the stream any more.', 'AbortError'));
    return DONE;
  }

  private get isSound(): boolean {
    return !this.wantsJson || this.hasToolCall || isJson(this.text);
  }

  private watch(part: unknown): void {
    const type = fieldOf(part, 'type');
    if (type === 'finish') this.hasFinished = true;
    else if (asksForTool(part)) this.hasToolCall = true;
    else if (type === 'text-delta' && this.wantsJson) this.text += textField(part, 'delta') ?? '';
  }
}
