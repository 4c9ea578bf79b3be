import type { Loaded } from '../load.js';

/** In place of a value: the load of this one key has failed. The others of the batch are stored all the same. */
export class FailedItem {
  constructor(readonly error: unknown) {}
}

/** In place of a value: one that is stored by rules of its own. */
export class RuledItem<T = unknown> {
  constructor(
    readonly value: T,
    readonly rules: Pick<Loaded, 'ttl' | 'invalidTtl' | 'skipped'>,
  ) {}
}

/** What a batch loader of the library's own brings for a key. */
export type LoadedItem<T> = T | FailedItem | RuledItem<T>;

/** The value. @throws the error of an item that has failed. */
export function valueOfItem(item: unknown): unknown {
  if (item instanceof FailedItem) throw item.error;
  return item instanceof RuledItem ? item.value : item;
}
