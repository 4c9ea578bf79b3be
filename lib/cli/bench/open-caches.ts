import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { CacheModule, getCacheToken, type CacheManager, type CacheModuleOptions } from '../../index.js';
import { TroubleError } from '../usage-error.js';

export interface OpenCaches<Name extends string> {
  readonly of: Readonly<Record<Name, CacheManager>>;
  close(): Promise<void>;
}

/** In milliseconds. */
const PATIENCE = 10_000;
const STEP = 20;

class BenchModule {}

/**
 * The caches of a Nest application that is nothing else, as any application would have them, when their backends answer.
 * Nothing is logged.
 *
 * @throws TroubleError when one of them does not answer.
 */
export async function openCaches<Name extends string>(
  caches: Readonly<Record<Name, CacheModuleOptions>>,
): Promise<OpenCaches<Name>> {
  const named = Object.entries(caches) as [Name, CacheModuleOptions][];
  const imports = named.map(([name, options]) => CacheModule.forRoot({ ...options, name }));
  const app = await NestFactory.createApplicationContext(
    { module: BenchModule, imports },
    { logger: false, abortOnError: false },
  );
  const managers = named.map(([name]) => app.get<CacheManager>(getCacheToken(name), { strict: false }));
  try {
    await Promise.all(managers.map(untilUp));
  } catch (error) {
    await app.close();
    throw error;
  }
  return {
    of: Object.fromEntries(managers.map((manager) => [manager.name, manager])) as Record<Name, CacheManager>,
    close: () => app.close(),
  };
}

/** A cache that has just been opened waits for nobody, and serves without its server until that is connected. */
async function untilUp(cache: CacheManager): Promise<void> {
  for (let waited = 0; ; waited += STEP) {
    const { status, lastError } = await cache.healthCheck();
    if (status === 'up') return;
    if (waited >= PATIENCE) throw new TroubleError(`The cache is ${status}: ${lastError ?? 'it gives no reason'}`);
    await sleep(STEP);
  }
}
