import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startRedis } from '../../support/redis-server.js';
import type { RunningRedis } from '../../support/redis-server.js';
import { sample } from './sample.js';
import { Service } from './service.js';

let redis: RunningRedis;
const services: Service[] = [];

async function startService(): Promise<Service> {
  const service = await Service.start({ REDIS_URL: redis.url, REDIS_SOCKET_TIMEOUT: '5' });
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

it('with REDIS_URL two services share documents, passages and vectors, and what is forgotten', async () => {
  const [one, other] = [await startService(), await startService()];
  const [{ body: rules }, { body: logbook }] = [
    await one.post('/documents', await sample('harbour-rules.md')),
    await other.post('/documents', await sample('logbook.txt')),
  ];
  const path = `/documents/${rules['hash'] as string}/similar`;
  const first = await one.ask(path, { threshold: -1 });
  expect(first).toMatchObject({ status: 200, cache: 'MISS', body: { searched: { documents: 1 } } });
  expect(first.body['embedded']).toBeGreaterThan(1);
  expect(first.body['similar']).toMatchObject([{ hash: logbook['hash'] }]);
  expect(await other.ask(path, { threshold: -1 })).toMatchObject({
    cache: 'HIT',
    body: { ...first.body, embedded: 0 },
  });

  expect(await other.delete(`/documents/${logbook['hash'] as string}`)).toMatchObject({ body: { everywhere: true } });
  expect(await one.ask(path, { threshold: -1 })).toMatchObject({ body: { similar: [], searched: { documents: 0 } } });
  await one.post('/documents', await sample('logbook.txt'));
  expect((await other.ask(path, { threshold: -1 })).body['embedded']).toBeGreaterThan(0);
});
