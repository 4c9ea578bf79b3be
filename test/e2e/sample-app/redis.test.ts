import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { startRedis } from '../../support/redis-server.js';
import type { RunningRedis } from '../../support/redis-server.js';
import { sample } from './sample.js';
import { Service } from './service.js';

let redis: RunningRedis;
const services: Service[] = [];

async function startService(): Promise<Service> {
  const service = await Service.start({ REDIS_URL: redis.url, REDIS_SOCKET_TIMEOUT: '1' });
  services.push(service);
  return service;
}

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  for (const service of services) await service.stop();
  await redis.stop();
});

it('with REDIS_URL two services share results, scores, and what is forgotten', async () => {
  const [one, other] = [await startService(), await startService()];
  const bytes = await sample('harbour-tampered.jpg');
  const hash = createHash('sha256').update(bytes).digest('hex');

  const first = await one.post('/images/analysis/metadata', bytes);
  expect(first).toMatchObject({ status: 200, cache: 'MISS' });
  expect(await other.post('/images/analysis/metadata', bytes)).toMatchObject({ cache: 'HIT', body: first.body });

  expect(await one.get(`/risk/DOCUMENT/${hash}`)).toMatchObject({ cache: 'MISS', body: { score: 20 } });
  expect(await other.get(`/risk/DOCUMENT/${hash}`)).toMatchObject({ cache: 'HIT', body: { score: 20 } });
  await other.post('/images/analysis/tampering', bytes);
  expect(await one.get(`/risk/DOCUMENT/${hash}`)).toMatchObject({ cache: 'MISS', body: { level: 'high' } });

  expect(await other.delete(`/documents/${hash}`)).toMatchObject({ body: { everywhere: true } });
  expect(await one.get(`/risk/DOCUMENT/${hash}`)).toMatchObject({ status: 404 });
  expect(await one.post('/images/analysis/metadata', bytes)).toMatchObject({ cache: 'MISS' });
});

it('when Redis is frozen, Server-Timing states all of the time that a request costs', async () => {
  const service = await startService();
  const bytes = await sample('harbour-rules.md');
  await redis.pause();
  try {
    const start = performance.now();
    const { timing, cache } = await service.post('/documents', bytes);
    const waited = performance.now() - start;
    expect(cache).toBe('MISS');
    expect(Number(/^total;dur=([\d.]+)/u.exec(timing ?? '')?.[1])).toBeGreaterThan(waited - 250);
  } finally {
    await redis.resume();
  }
});

it('when Redis is gone the service computes once, its health says why, and nothing passes for forgotten', async () => {
  const service = await startService();
  await redis.stop();
  const bytes = await sample('logbook.txt');
  for (const cache of ['MISS', 'HIT']) {
    expect(await service.post('/documents', bytes)).toMatchObject({ status: 200, cache, body: { kind: 'text' } });
  }
  expect(await service.get('/health')).toMatchObject({
    status: 200,
    body: { details: { cache: { status: 'degraded' } } },
  });

  // Redis is told when it is back; until then the caller has to know that it may still hold results.
  const hash = createHash('sha256').update(bytes).digest('hex');
  expect(await service.delete(`/documents/${hash}`)).toMatchObject({
    status: 503,
    body: {
      statusCode: 503,
      message: 'The file is not forgotten everywhere: the cache could not be reached. Try again.',
      hash,
      everywhere: false,
    },
  });
});
