import type { Clock } from '../contracts/clock.js';
import type { Entry } from '../contracts/entry.js';
import type { Duration } from '../contracts/duration.js';
import type { Loader, LoaderContext } from '../contracts/options.js';
import { tryParseDuration } from '../support/duration.js';
import { CacheUsageError } from '../support/errors.js';
import { checkTags } from './call-options.js';

/** What one run of a loader brought. */
export interface Loaded {
  readonly value: unknown;
  /** Milliseconds. */
  readonly duration: number;
  /** The ttl the loader chose; `invalid` carries one that is none. */
  readonly ttl: number | undefined;
  readonly invalidTtl: CacheUsageError | undefined;
  /** Tags the loader added. */
  readonly tags: readonly string[];
  readonly skipped: boolean;
}

const NO_TAGS: readonly string[] = [];

/** The loader's side of a load. Each of its parts is made only when somebody asks for it: most loaders do not. */
export class LoadContext<T> implements LoaderContext<T> {
  ttl: number | undefined;
  invalidTtl: CacheUsageError | undefined;
  tags: readonly string[] = NO_TAGS;
  skipped = false;
  private controller: AbortController | undefined;
  private abortReason: Error | undefined;

  constructor(
    readonly key: string,
    private readonly staleEntry: Entry | undefined,
  ) {}

  get stale(): T | undefined {
    try {
      return this.staleEntry?.read() as T | undefined;
    } catch {
      // A codec may fail to do again what it did once; a load does without then.
      return undefined;
    }
  }

  get signal(): AbortSignal {
    if (!this.controller) {
      this.controller = new AbortController();
      if (this.abortReason) this.controller.abort(this.abortReason);
    }
    return this.controller.signal;
  }

  abort(reason: Error): void {
    this.abortReason = reason;
    this.controller?.abort(reason);
  }

  get setTtl(): (ttl: Duration) => void {
    return (ttl) => {
      this.ttl = tryParseDuration(ttl);
      this.invalidTtl =
        this.ttl === undefined
          ? new CacheUsageError(`The ttl computed for ${JSON.stringify(this.key)} is ${String(ttl)}.`)
          : undefined;
    };
  }

  get setTags(): (...tags: string[]) => void {
    return (...tags) => {
      this.tags = checkTags([...this.tags, ...tags]);
    };
  }

  get skip(): () => void {
    return () => {
      this.skipped = true;
    };
  }
}

/** What a run that gave `value` after `duration` milliseconds brought. */
export function loadedBy<T>(context: LoadContext<T>, value: unknown, duration: number): Loaded {
  const { ttl, invalidTtl, tags, skipped } = context;
  return { value, duration, ttl, invalidTtl, tags, skipped };
}

/** Runs the loader once. Its error, thrown or rejected, comes out unchanged. */
export async function runLoader<T>(clock: Clock, loader: Loader<T>, context: LoadContext<T>): Promise<Loaded> {
  const begun = clock.now();
  const value = await loader(context);
  return loadedBy(context, value, clock.now() - begun);
}
