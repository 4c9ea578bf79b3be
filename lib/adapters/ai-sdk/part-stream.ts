import { fieldOf } from '../../ai/answers/fields.js';
import { mayBeShared } from '../../support/shared-signal.js';

type Step<P> = IteratorResult<P, undefined>;

/**
 * The parts as the SDK reads them. Opened with its first part, so that what fails before that is a failure of the call, which
 * the SDK may try again, and not one of the stream. Nothing else is read ahead: it goes at its reader's pace.
 *
 * Who has had `finish` has had all: from there on the parts are read to their end whether anybody listens or not, since only
 * a stream that was read to its end is stored.
 */
export class PartStream<P> {
  private controller: ReadableStreamDefaultController<P> | undefined;
  /** Not handed out yet. */
  private first: Step<P> | undefined;
  /** Whether `finish` has come. */
  private isWhole = false;
  /** Whether there are no more parts. */
  private hasEnded = false;
  /** Whether nobody listens any more. */
  private isClosed = false;

  private constructor(
    private readonly parts: AsyncIterator<P, undefined>,
    private readonly left: AbortSignal | undefined,
  ) {}

  /** Rejects as a model does that could not be asked; with the reason of `left` when that is aborted first. */
  static async open<P>(parts: AsyncIterator<P, undefined>, left: AbortSignal | undefined): Promise<ReadableStream<P>> {
    const opened = new PartStream(parts, left);
    if (left) mayBeShared(left);
    left?.addEventListener('abort', opened.leave, { once: true });
    try {
      opened.first = await parts.next();
      left?.throwIfAborted();
      return opened.stream();
    } catch (error) {
      opened.close();
      throw error;
    }
  }

  private stream(): ReadableStream<P> {
    return new ReadableStream<P>(
      {
        start: (controller) => void (this.controller = controller),
        pull: () => this.pull(),
        cancel: () => this.cancel(),
      },
      { highWaterMark: 0 },
    );
  }

  private async pull(): Promise<void> {
    try {
      do this.hand(await this.next());
      while (this.isWhole && !this.hasEnded);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  private next(): Step<P> | Promise<Step<P>> {
    const { first } = this;
    this.first = undefined;
    return first ?? this.parts.next();
  }

  private hand(step: Step<P>): void {
    if (step.done) {
      this.hasEnded = true;
      if (!this.isClosed) this.controller!.close();
      return this.close();
    }
    if (fieldOf(step.value, 'type') === 'finish') this.isWhole = true;
    if (!this.isClosed) this.controller!.enqueue(step.value);
  }

  /** The caller's own signal: the stream fails for that one, as the stream of a model would. */
  private readonly leave = (): void => {
    this.controller?.error(this.left!.reason);
    this.cancel();
  };

  private cancel(): void {
    this.close();
    if (!this.isWhole) void this.parts.return?.();
  }

  private close(): void {
    this.isClosed = true;
    this.left?.removeEventListener('abort', this.leave);
  }
}
