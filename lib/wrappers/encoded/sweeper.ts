import type { BackendCalls } from './backend-calls.js';

/** How many keys are looked at, and removed, at a time. */
const BATCH = 200;

/** Walks through the keys of a scope in bounded batches, on backends that can list them. */
export class Sweeper {
  private stopped = false;

  constructor(
    private readonly calls: BackendCalls,
    private readonly removeAll: (keys: readonly string[]) => Promise<number>,
  ) {}

  get canSweep(): boolean {
    return this.calls.backend.scan !== undefined;
  }

  stop(): void {
    this.stopped = true;
  }

  /** Keys that begin with the prefix, in batches. */
  async *batches(prefix: string): AsyncIterable<string[]> {
    const { backend } = this.calls;
    const keys = backend.scan!(prefix)[Symbol.asyncIterator]();
    let batch: string[] = [];
    try {
      while (!this.stopped) {
        const next = await this.calls.limited('scan', () => keys.next());
        if (next.done) break;
        if (typeof next.value !== 'string') throw new TypeError('scan listed something that is no key.');
        // A store that lists other keys as well must not lose them.
        if (!next.value.startsWith(prefix)) continue;
        if (batch.push(next.value) < BATCH) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0 && !this.stopped) yield batch;
    } finally {
      // Not waited for: a generator that hangs in a command returns only when that command does.
      void leave(keys);
    }
  }

  /** Removes what `choose` picks. How many existed. */
  async sweep(prefix: string, choose: (keys: string[]) => Promise<string[]>): Promise<number> {
    let removed = 0;
    for await (const batch of this.batches(prefix)) {
      const chosen = await choose(batch);
      if (chosen.length > 0) removed += await this.removeAll(chosen);
    }
    return removed;
  }

  /** The same for the values of a scope and of all scopes below it. */
  async sweepBelow(path: string, choose: (keys: string[]) => Promise<string[]>): Promise<void> {
    // A path ends at one of these; `app` is no parent of `apple`.
    for (const end of [':v:{', '/', '@']) {
      await this.sweep(path + end, (keys) => choose(keys.filter((key) => key.includes(':v:{'))));
    }
  }
}

async function leave(keys: AsyncIterator<string>): Promise<void> {
  try {
    await keys.return?.();
  } catch {
    // What went wrong was said where the keys were asked for.
  }
}
