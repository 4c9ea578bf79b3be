import { expect } from '@jest/globals';
import { createCache } from '../../../lib/assembly/create-cache.js';
import { resolveOptions } from '../../../lib/config/resolved-options.js';
import { validateOptions } from '../../../lib/config/validate-options.js';
import type { CacheModuleOptions, RedisOptions } from '../../../lib/contracts/options.js';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { shutDown } from '../../../lib/core/shutdown.js';
import { MortalServer } from '../../history/mortal-server.js';
import { FaultProxy } from '../../support/fault-proxy.js';
import { Callers } from './callers.js';
import { StallMeter } from './stall-meter.js';

export interface Setting {
  /** Whether a network stands between the processes and the server. */
  readonly network?: boolean;
  /** Of the server. */
  readonly args?: readonly string[];
  readonly options?: Omit<CacheModuleOptions, 'redis'>;
  readonly redis?: RedisOptions;
}

const PATIENCE = 15_000;
/** The entries that an ordeal is about, each taken away in a way of its own. `early`: before the fault is noticed. */
export const WAYS = ['early', 'deleted', 'expired', 'tagged', 'matched', 'cleared', 'put'] as const;
export type Way = (typeof WAYS)[number];

/** A server of its own, and two processes' caches upon it, with nothing but default options. */
export class Scene {
  readonly caches: CacheManager[] = [];
  readonly meter = new StallMeter();
  readonly callers = new Callers(this.caches, this.meter);

  private constructor(
    readonly server: MortalServer,
    private readonly network: FaultProxy | undefined,
    private readonly setting: Setting,
  ) {}

  /** Runs the test in a scene, and ends whatever the scene has begun. */
  static async play(setting: Setting, test: (scene: Scene) => Promise<void>): Promise<void> {
    const server = await MortalServer.start(setting.args);
    const network = setting.network ? await FaultProxy.open(server.port) : undefined;
    const scene = new Scene(server, network, setting);
    try {
      await test(scene);
    } finally {
      await scene.callers.stop();
      scene.meter.stop();
      await Promise.all(scene.caches.map((cache) => shutDown(cache.cache.parts)));
      await network?.close();
      await server.stop();
    }
  }

  get proxy(): FaultProxy {
    if (!this.network) throw new Error('This scene has no network.');
    return this.network;
  }

  /** Of another process, as far as the server can tell. */
  async open(redis: RedisOptions = {}, options: CacheModuleOptions = {}): Promise<CacheManager> {
    const { url } = this.network ?? this.server;
    const own = { namespace: 'shop', ...this.setting.options, ...options };
    const cache = await createCache(
      resolveOptions(validateOptions({ ...own, redis: { url, ...this.setting.redis, ...redis } })),
    );
    this.caches.push(cache);
    return cache;
  }

  /** Two caches that are used and told of changes, with an entry for each way to take one away, and one that stays. */
  async fill(): Promise<readonly [CacheManager, CacheManager]> {
    const both = [await this.open(), await this.open()] as const;
    await this.untilUp(...both);
    await this.eventually(() => both.every((cache) => cache.cache.parts.feed.connected));
    for (const name of [...WAYS, 'kept'] as const) await this.eventually(() => store(both[0], name));
    for (const cache of both) {
      for (const name of [...WAYS, 'kept'] as const) expect([name, await read(cache, name)]).toEqual([name, 'old']);
    }
    return both;
  }

  /** Takes away what `fill` has stored, in each way, and tells what was answered. */
  async takeAway(cache: CacheManager): Promise<Record<Exclude<Way, 'early' | 'matched'>, boolean>> {
    const [deleted, expired, tagged, cleared, put] = await Promise.all([
      cache.delete('deleted'),
      cache.expire('expired'),
      cache.invalidateTags('tag'),
      cache.forTenant('cleared').clear(),
      cache.set('put', 'new'),
      cache.invalidate('matched*'),
    ]);
    return { deleted, expired, tagged, cleared, put };
  }

  /** What of it can be read all the same. */
  async remains(...caches: readonly CacheManager[]): Promise<string[]> {
    const found = await Promise.all(
      caches.flatMap((cache) =>
        WAYS.map(async (way) => ((await read(cache, way)) === 'old' ? [`${way} in ${caches.indexOf(cache)}`] : [])),
      ),
    );
    return found.flat();
  }

  async untilAway(...caches: readonly CacheManager[]): Promise<void> {
    for (const cache of caches) await this.eventually(async () => (await cache.healthCheck()).status === 'degraded');
  }

  async untilUp(...caches: readonly CacheManager[]): Promise<void> {
    for (const cache of caches) {
      await this.eventually(async () => {
        const { status, pendingInvalidations } = await cache.healthCheck();
        return status === 'up' && pendingInvalidations === 0;
      });
    }
  }

  async eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = performance.now() + PATIENCE;
    while (!(await condition())) {
      if (performance.now() > deadline) throw new Error(`Never came true: ${condition.toString()}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

export function store(cache: CacheManager, name: Way | 'kept'): Promise<boolean> {
  if (name === 'cleared') return cache.forTenant('cleared').set('cleared', 'old');
  return cache.set(name, 'old', name === 'tagged' ? { tags: ['tag'] } : {});
}

export function read(cache: CacheManager, name: Way | 'kept'): Promise<unknown> {
  return (name === 'cleared' ? cache.forTenant('cleared') : cache).get(name);
}
