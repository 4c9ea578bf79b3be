import type { Handing, Kept } from '../../contracts/entry.js';

/** What a stream has emitted, on its way into the store: each item is in the cache's keeping already. */
export class RecordedItems {
  constructor(readonly kept: Kept) {}

  static of(items: readonly Kept[]): RecordedItems {
    let bytes = 0;
    for (const item of items) bytes += item.bytes;
    const value = items.map((item) => item.value);
    return new RecordedItems({ value, bytes, handing: handingOf(items) });
  }

  /** A copy for whoever asks. */
  give(): unknown[] {
    return this.kept.handing.give(this.kept.value) as unknown[];
  }
}

/** The array is each caller's own, the items are what they are by themselves. */
const ALL_SHARED: Handing = { isCommon: true, isShared: false, give: (value) => [...(value as unknown[])] };

class EachByItself implements Handing {
  readonly isCommon = false;
  readonly isShared = false;

  constructor(private readonly handings: readonly Handing[]) {}

  give(value: unknown): unknown[] {
    return (value as unknown[]).map((item, at) => this.handings[at]!.give(item));
  }
}

class AllAlike implements Handing {
  readonly isCommon = false;
  readonly isShared = false;

  constructor(private readonly handing: Handing) {}

  give(value: unknown): unknown[] {
    return (value as unknown[]).map((item) => this.handing.give(item));
  }
}

function handingOf(items: readonly Kept[]): Handing {
  if (items.every(({ handing }) => handing.isShared)) return ALL_SHARED;
  const [first] = items;
  if (items.every(({ handing }) => handing === first!.handing)) return new AllAlike(first!.handing);
  return new EachByItself(items.map(({ handing }) => handing));
}
