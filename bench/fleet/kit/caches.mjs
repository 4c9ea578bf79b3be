import 'reflect-metadata';
import assert from 'node:assert/strict';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CacheModule, getCacheToken } from 'nestjs-cached';
import { now, sleep } from './clock.mjs';

/** A busy machine may stall any process for longer than the default of 100 ms; no row measures an outage. */
const COMMAND_TIMEOUT = '3s';
const READY_TIMEOUT_MS = 10_000;

export const MODES = /** @type {const} */ (['tracking', 'pubsub']);

/**
 * Caches of one Nest application, by name: `tracking` and `pubsub` are two-tier and differ in how they hear of others,
 * `redis` has no tier in the process.
 * @param {number} port @param {readonly ('tracking' | 'pubsub' | 'redis')[]} names
 * @returns {Promise<Record<string, import('nestjs-cached').CacheManager>>}
 */
export async function openCaches(port, names) {
  const imports = names.map((name) =>
    CacheModule.forRoot({
      name,
      namespace: `bench-${name}`,
      backend: name === 'redis' ? 'redis' : 'tiered',
      memory: { isolation: 'share', ...(name === 'redis' ? {} : { maxEntries: 100_000 }) },
      redis: { port, coherence: name === 'redis' ? 'auto' : name, commandTimeout: COMMAND_TIMEOUT },
    }),
  );
  class App {}
  Module({ imports })(App);
  const app = await NestFactory.createApplicationContext(App, { logger: ['error', 'warn'] });
  const caches = names.map((name) => /** @type {const} */ ([name, app.get(getCacheToken(name))]));
  for (const [name, cache] of caches) await untilInUse(name, cache);
  return Object.fromEntries(caches);
}

/** @param {string} name @param {import('nestjs-cached').CacheManager} cache */
async function untilInUse(name, cache) {
  const key = `ready:${process.pid}`;
  const deadline = now() + READY_TIMEOUT_MS;
  for (;;) {
    const stored = await cache.set(key, 'yes');
    const found = name === 'redis' ? await cache.get(key) : cache.peek(key);
    if (stored && found === 'yes') return;
    assert(now() < deadline, `The cache ${name} is not in use after ${READY_TIMEOUT_MS} ms.`);
    await sleep(20);
  }
}

/** How many errors a process has met. @param {Record<string, import('nestjs-cached').CacheManager>} caches */
export function errorsOf(caches) {
  return Object.values(caches).reduce((sum, cache) => sum + cache.getStats().errors, 0);
}
