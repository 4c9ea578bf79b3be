import { setTimeout as delay } from 'node:timers/promises';
import { createCache } from '../../../lib/assembly/create-cache.js';
import { resolveOptions } from '../../../lib/config/resolved-options.js';
import { validateOptions } from '../../../lib/config/validate-options.js';
import type { CacheManager } from '../../../lib/core/cache-manager.js';

/*
 * A process of its own, which calls a cache as often as it is told to, whatever happens to the server, and then tells what
 * it holds. Started with `--expose-gc` by `leakage.ts`.
 */

/** Within limits that are reached long before the first weighing: what grows after it grows for ever. */
const OPTIONS = {
  ttl: '5s',
  memory: { maxEntries: 1_000 },
  journal: { maxEntries: 1_000 },
  lease: { ttl: '300ms' },
} as const;
const AT_ONCE = 100;
const FEW = 200;

export interface Weight {
  /** Bytes in use after all was collected that nobody holds. */
  readonly heap: number;
  readonly outages: number;
  /** Calls that rejected, or were given somebody else's value. */
  readonly failures: number;
}

class Calls {
  private count = 0;
  private outages = 0;
  private failures = 0;

  constructor(private readonly cache: CacheManager) {
    cache.on('degraded', () => this.outages++);
    cache.on('error', () => {});
  }

  async run(operations: number): Promise<Weight> {
    for (let done = 0; done < operations; done += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, () => this.one(this.count++)));
      // Faults shall happen to all of them, not only to the last.
      await delay(1);
    }
    while ((await this.cache.healthCheck()).status !== 'up') await delay(50);
    // What the calls have left running: leases, timers, answers that come late.
    await delay(1_000);
    for (let round = 0; round < 3; round++) {
      gc!();
      await delay(50);
    }
    const { outages, failures } = this;
    return { heap: process.memoryUsage().heapUsed, outages, failures };
  }

  /** A key of its own each time, so that whatever is kept by key is kept for ever. */
  private async one(at: number): Promise<void> {
    const cache = at % 3 === 0 ? this.cache.forTenant(`tenant${at % FEW}`) : this.cache;
    const key = `key${at}`;
    try {
      const tags = [`tag${at % FEW}`];
      const value = await cache.getOrSet(key, async () => `value of ${key}`, { tags });
      if (value !== `value of ${key}`) this.failures++;
      if (at % 5 === 0) await cache.set(key, 'put');
      if (at % 7 === 0) await cache.delete(key);
      if (at % 50 === 0) await cache.invalidateTags(...tags);
      if (at % 500 === 0) await cache.invalidate(`key${at}*`);
      if (at % 1_000 === 0) await cache.clear();
    } catch {
      this.failures++;
    }
  }
}

async function main(url: string): Promise<void> {
  const calls = new Calls(await createCache(resolveOptions(validateOptions({ ...OPTIONS, redis: { url } }))));
  process.on('message', (operations: number) => void calls.run(operations).then((weight) => process.send!(weight)));
  process.on('disconnect', () => process.exit());
}

void main(process.argv[2]!);
