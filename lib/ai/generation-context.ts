import type { Duration } from '../contracts/duration.js';
import type { LoaderContext } from '../contracts/options.js';
import { tryParseDuration } from '../support/duration.js';

/** What a generation is given: the context of the load behind it, which speaks of stored answers, put into its own terms. */
export class GenerationContext<R, S> implements LoaderContext<R> {
  /** Why the generation itself wants its answer not to be stored. */
  refusal: 'skipped' | 'ttl' | undefined;

  constructor(
    private readonly load: LoaderContext<S>,
    private readonly answerOf: (stored: S) => R,
  ) {}

  get key(): string {
    return this.load.key;
  }

  get signal(): AbortSignal {
    return this.load.signal;
  }

  get stale(): R | undefined {
    const { stale } = this.load;
    return stale === undefined ? undefined : this.answerOf(stale);
  }

  /** A ttl that is none is no reason to lose an answer that was paid for: it is handed out, and refused by the cache. */
  get setTtl(): (ttl: Duration) => void {
    return (ttl) => {
      if (tryParseDuration(ttl) === undefined) this.refusal = 'ttl';
      else this.load.setTtl(ttl);
    };
  }

  get setTags(): (...tags: string[]) => void {
    return (...tags) => this.load.setTags(...tags);
  }

  get skip(): () => void {
    return () => {
      this.refusal ??= 'skipped';
      this.load.skip();
    };
  }
}
