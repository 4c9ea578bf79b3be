import { createCache } from '../../../lib/assembly/create-cache.js';
import { resolveOptions } from '../../../lib/config/resolved-options.js';
import { validateOptions } from '../../../lib/config/validate-options.js';
import type { CacheModuleOptions } from '../../../lib/contracts/options.js';

/**
 * One process of a fleet on a directory: `node member.js '<options of the cache>'`. It does what it is told, a message each, and
 * answers with the message's number. Where the truth stands is the parent's: each load asks it.
 */
interface Order {
  readonly id: number;
  readonly does: 'load' | 'delete' | 'tag' | 'clear' | 'peek' | 'set' | 'hang' | 'deleteMany' | 'close';
  readonly key: string;
  readonly value?: unknown;
  /** How many callers do it at once. */
  readonly callers?: number;
}
interface Answer {
  readonly truth: number;
  readonly value: unknown;
}

const cache = await createCache(resolveOptions(validateOptions(JSON.parse(process.argv[2]!) as CacheModuleOptions)));
const asked = new Map<number, (value: unknown) => void>();
let questions = 0;

/** Reads the row, and takes its time to come home. */
function load(key: string): Promise<unknown> {
  const truth = ++questions;
  process.send!({ truth, key });
  return new Promise((resolve) => asked.set(truth, resolve));
}

const does: Record<Order['does'], (order: Order) => unknown> = {
  load: ({ key, callers = 1 }) =>
    Promise.all(Array.from({ length: callers }, () => cache.getOrSet(key, () => load(key), { tags: [`tag:${key}`] }))),
  delete: ({ key }) => cache.delete(key),
  tag: ({ key }) => cache.invalidateTags(`tag:${key}`),
  clear: () => cache.clear(),
  peek: ({ key }) => cache.peek(key) ?? null,
  set: ({ key, value }) => cache.set(key, value),
  // Holds the lease from when it answers on, and says no more.
  hang: ({ key }) =>
    new Promise<void>((begun) => {
      const forever = (): Promise<never> => {
        begun();
        return new Promise(() => {});
      };
      void cache.getOrSet(key, forever);
    }),
  deleteMany: ({ key, callers = 1 }) => cache.deleteMany(Array.from({ length: callers }, (_, at) => `${key}${at}`)),
  close: () => process.disconnect(),
};

process.on('message', (message) => {
  if ('truth' in (message as Answer)) {
    const { truth, value } = message as Answer;
    asked.get(truth)!(value);
    asked.delete(truth);
    return;
  }
  const order = message as Order;
  void (async () => {
    const result = await does[order.does](order);
    if (process.connected) process.send!({ id: order.id, result });
  })();
});
process.send!({ ready: true });
