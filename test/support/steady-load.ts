import type { CacheManager } from '../../lib/core/cache-manager.js';

/** Calls that go on while the servers under them come and go. */
export class SteadyLoad {
  calls = 0;
  slowestMs = 0;
  readonly rejections: unknown[] = [];
  private going = true;
  private readonly callers: Promise<void>[];

  constructor(
    private readonly caches: readonly CacheManager[],
    callers = 8,
  ) {
    this.callers = Array.from({ length: callers }, (_, nth) => this.run(nth));
  }

  async stop(): Promise<void> {
    this.going = false;
    await Promise.all(this.callers);
  }

  private async run(nth: number): Promise<void> {
    for (let turn = 0; this.going; turn++) {
      const cache = this.caches[turn % this.caches.length]!;
      const key = `load:${nth}:${turn % 50}`;
      const begun = performance.now();
      try {
        if (turn % 10 === 9) await cache.delete(key);
        else if (turn % 10 === 8) await cache.getOrSetMany([key, `${key}b`], async (keys) => keys);
        else await cache.getOrSet(key, async () => turn, { tags: [`tag:${turn % 7}`] });
      } catch (error) {
        this.rejections.push(error);
      }
      this.calls += 1;
      this.slowestMs = Math.max(this.slowestMs, performance.now() - begun);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}
