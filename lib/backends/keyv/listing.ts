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
  if (!canList(adapter)) return false;
  return inside(adapter) instanceof Map || (hasSteadyDialect(adapter) && leavesOut(adapter) === undefined);
}

/**
 * Why an adapter for Redis would leave keys out, if it would: it asks for `<namespace><separator>*` with the namespace as it is,
 * which SCAN takes for a glob pattern; and without a namespace it takes each key with the separator for another one's. Ours
 * have no colon, so the default `::` is in none.
 */
export function leavesOut(adapter: Adapter): string | undefined {
  if (!hasSteadyDialect(adapter)) return undefined;
  const { namespace } = adapter;
  if (namespace) return /[[\\]/.test(namespace) ? `the namespace ${JSON.stringify(namespace)}` : undefined;
  const { keyPrefixSeparator: separator } = inside(adapter);
  if (separator === undefined || separator.includes(':')) return undefined;
  return `the separator ${JSON.stringify(separator)} without a namespace`;
}

function hasSteadyDialect(adapter: Adapter): boolean {
  return STEADY_DIALECTS.includes(inside(adapter).opts?.dialect);
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
