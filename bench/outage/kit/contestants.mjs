import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Redis } from 'ioredis';
import { CacheModule, CacheManager } from 'nestjs-cached';

/**
 * Who answers the calls. `wireKey` is where Redis has what was stored under a key.
 * @typedef {{ getOrSet(key: string, loader: () => Promise<unknown>): Promise<unknown>,
 *   set(key: string, value: unknown): Promise<unknown>, wireKey(key: string): string }} Contestant
 */

/** @type {Record<string, (port: number) => Promise<Contestant>>} */
export const CONTESTANTS = { 'no cache': noCache, 'ioredis by hand': byHand, 'nestjs-cached': ours };

/** @returns {Promise<Contestant>} */
async function noCache() {
  return { getOrSet: (_key, loader) => loader(), set: async () => undefined, wireKey: () => 'nothing' };
}

/**
 * A careful reader of ioredis' manual: a time limit on commands, and a loader where Redis fails.
 * @param {number} port @returns {Promise<Contestant>}
 */
async function byHand(port) {
  const redis = new Redis({ port, commandTimeout: 100, maxRetriesPerRequest: 1 });
  redis.on('error', () => {});
  const wireKey = (/** @type {string} */ key) => `by-hand:${key}`;
  const set = (/** @type {string} */ key, /** @type {unknown} */ value) =>
    redis.set(wireKey(key), JSON.stringify(value), 'PX', 3_600_000).catch(() => undefined);
  return {
    wireKey,
    set,
    async getOrSet(key, loader) {
      const found = await redis.get(wireKey(key)).catch(() => null);
      if (found !== null) return JSON.parse(found);
      const value = await loader();
      await set(key, value);
      return value;
    },
  };
}

/** Nothing is said to the module but where Redis is. @param {number} port @returns {Promise<Contestant>} */
async function ours(port) {
  class App {}
  Module({ imports: [CacheModule.forRoot({ redis: { url: `redis://127.0.0.1:${port}` } })] })(App);
  const app = await NestFactory.createApplicationContext(App, { logger: ['error'] });
  const cache = app.get(CacheManager);
  return {
    getOrSet: (key, loader) => cache.getOrSet(key, loader),
    set: (key, value) => cache.set(key, value),
    wireKey: (key) => `cache:v:{${key}}`,
  };
}
