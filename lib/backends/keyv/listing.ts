import type { Adapter } from './keyv-like.js';

/** Those whose cursor shows every key that stays, whatever comes and goes meanwhile (Redis, "SCAN guarantees"). */
const STEADY_DIALECTS: readonly unknown[] = ['redis', 'valkey'];

/** What version 6 puts round a Map or an adapter of version 5 has it as `store`, and can be told by what it takes. */
const inside = (adapter: Adapter): Adapter =>
  adapter.capabilities?.expires === true ? (adapter.store ?? adapter) : adapter;

/**
 * Whether a listing misses nothing that is there from its beginning to its end, as far as that is known. Some adapters page by
 * OFFSET, where a deletion on an earlier page makes the next one begin too late: a pattern would leave what it skipped.
 */
export function listsSteadily(adapter: Adapter): boolean {
  const { opts } = inside(adapter);
  return canList(adapter) && (inside(adapter) instanceof Map || STEADY_DIALECTS.includes(opts?.dialect));
}

export function canList(adapter: Adapter): boolean {
  return inside(adapter) instanceof Map || typeof inside(adapter).iterator === 'function';
}

/** The keys as the adapter lists them: some with their namespace before them, some with those of others among them. */
export async function* listedKeys(adapter: Adapter): AsyncGenerator<string> {
  if (adapter instanceof Map) {
    yield* adapter.keys() as Iterable<string>;
    return;
  }
  for await (const [key] of adapter.iterator!(adapter.namespace)) if (typeof key === 'string') yield key;
}
