import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CacheModule, CacheManager } from 'nestjs-cached';
import { now, sleep } from '../../fleet/kit/clock.mjs';
import { keysOf, NESTED, WAYS } from '../kit/revoked-keys.mjs';

const LOAD_MS = 2;

/** One process of an application, with default options. @param {number} port */
export function jobs(port) {
  /** @type {CacheManager} */
  let cache;
  /** What the source has; told to all processes at the same time. */
  let version = 1;

  const load = (/** @type {readonly string[]} */ tags) => async (/** @type {any} */ context) => {
    const value = { version };
    if (tags.length > 0) context.setTags(...tags);
    await sleep(LOAD_MS);
    return value;
  };
  const read = (/** @type {import('../kit/revoked-keys.mjs').RevokedKey} */ { key, way, tags }) => {
    const place = way === 'clear' ? cache.forNamespace(NESTED) : cache;
    // A `get` shows what has come back; a `getOrSet` also what a load of before has left.
    return { get: () => place.get(key), getOrSet: () => place.getOrSet(key, load(tags), { tags }) };
  };

  return {
    async prepare() {
      class App {}
      Module({ imports: [CacheModule.forRoot({ redis: { url: `redis://127.0.0.1:${port}` } })] })(App);
      cache = (await NestFactory.createApplicationContext(App, { logger: ['error'] })).get(CacheManager);
      await sleep(500);
    },
    /** Everybody has everything. */
    async warm(/** @type {number} */ processes) {
      for (let round = 0; round < 2; round++) {
        for (const one of keysOf(processes)) await read(one).getOrSet();
      }
    },
    async raise(/** @type {number} */ to) {
      version = to;
    },
    /** Takes away what is this process's to take away; returns how many of the calls said that it is done. */
    async revoke(/** @type {number} */ process, /** @type {number} */ processes) {
      const own = keysOf(processes).filter((one) => one.process === process);
      const answers = [];
      for (const { key, way, tags } of own) {
        if (way === 'delete') answers.push(await cache.delete(key));
        if (way === 'tag') answers.push(await cache.invalidateTags(...tags));
      }
      await cache.invalidate(`pattern:${process}:*`);
      answers.push(await cache.forNamespace(NESTED).clear());
      return { done: answers.filter(Boolean).length, queued: answers.filter((answer) => !answer).length };
    },
    /** Reads all of it again and again for so long; counts what is older than it may be. */
    async look(/** @type {number} */ processes, /** @type {number} */ ms) {
      const begun = now();
      /** @type {Record<string, number>} */
      const old = Object.fromEntries(WAYS.map((way) => [way, 0]));
      let [reads, last] = [0, 0];
      for (let round = 0; now() < begun + ms; round++) {
        await Promise.all(
          keysOf(processes).map(async (one, nth) => {
            const { get, getOrSet } = read(one);
            const found = /** @type {{ version: number } | undefined} */ (await (nth % 2 === 0 ? get() : getOrSet()));
            reads++;
            if (found === undefined || found.version >= version) return;
            old[one.way] = (old[one.way] ?? 0) + 1;
            last = now() - begun;
          }),
        );
        await sleep(1);
      }
      return { reads, old, last };
    },
    async pending() {
      return cache.getStats().pendingInvalidations;
    },
  };
}
