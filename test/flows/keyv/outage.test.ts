import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Keyv } from 'keyv';
import { Keyv as Keyv6 } from 'keyv6';
import { KeyvBackend, type KeyvLike } from 'nestjs-cached/keyv';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { shutDown } from '../../../lib/core/shutdown.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { testCache } from '../../support/caches.js';
import { settle } from '../../support/deferred.js';

const made: CacheManager[] = [];
afterEach(async () => {
  for (const cache of made.splice(0)) await shutDown(cache.cache.parts);
});

/** An adapter whose server can be lost. It answers on as if nothing had happened, and emits what has. */
class Losable extends EventEmitter {
  readonly opts = { dialect: 'redis' };
  readonly values = new Map<string, unknown>();
  isLost = false;

  async get(key: string): Promise<unknown> {
    return this.tell() ? undefined : this.values.get(key);
  }
  async set(key: string, value: unknown): Promise<void> {
    if (!this.tell()) this.values.set(key, value);
  }
  async delete(key: string): Promise<boolean> {
    return this.tell() ? false : this.values.delete(key);
  }
  async clear(): Promise<void> {
    if (!this.tell()) this.values.clear();
  }
  private tell(): boolean {
    if (this.isLost) this.emit('error', new Error('lost'));
    return this.isLost;
  }
}

const WAYS: readonly [name: string, way: (adapter: Losable) => KeyvLike][] = [
  ['Keyv 5', (store) => new Keyv({ store })],
  ['Keyv 5 that emits no errors', (store) => new Keyv({ store, emitErrors: false })],
  ['Keyv 6', (store) => new Keyv6({ store })],
  ['nothing between', (store) => store],
];

describe.each(WAYS)('a store that hides its outage, with a fallback and %s', (_, way) => {
  it('what was deleted meanwhile stays deleted', async () => {
    const clock = new FakeClock();
    const store = new Losable();
    const backend = new KeyvBackend(way(store));
    const { cache } = await testCache({ backend, fallback: 'memory' }, clock);
    made.push(cache);
    await settle();
    const said: string[] = [];
    cache.on('degraded', () => said.push('degraded'));
    cache.on('recovered', () => said.push('recovered'));
    await cache.setMany([['deleted', 'old'], ['kept', 'old'], ['replaced', 'old']]); // prettier-ignore
    await cache.set('tagged', 'old', { tags: ['t'] });

    store.isLost = true;
    expect(await cache.delete('deleted')).toBe(false);
    expect(await cache.invalidateTags('t')).toBe(false);
    expect(await cache.set('replaced', 'new')).toBe(false);
    expect(await cache.getOrSet('deleted', () => 'aside')).toBe('aside');

    store.isLost = false;
    await clock.advance(2_000);
    expect(said).toEqual(['degraded', 'recovered']);
    expect(await cache.get('deleted')).toBeUndefined();
    expect(await cache.get('tagged')).toBeUndefined();
    expect(await cache.get('replaced')).toBeUndefined();
    expect(await cache.get('kept')).toBe('old');
  });
});
