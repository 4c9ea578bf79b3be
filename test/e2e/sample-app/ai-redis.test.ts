import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { startRedis } from '../../support/redis-server.js';
import type { RunningRedis } from '../../support/redis-server.js';
import { EventReader } from './event-reader.js';
import { ModelServer } from './model-server.js';
import { sample } from './sample.js';
import { Service } from './service.js';

let redis: RunningRedis;
let model: ModelServer;
const services: Service[] = [];

async function startService(): Promise<Service> {
  const service = await Service.start({ REDIS_URL: redis.url, REDIS_SOCKET_TIMEOUT: '5', OPENAI_BASE_URL: model.url });
  services.push(service);
  return service;
}

beforeAll(async () => {
  [redis, model] = await Promise.all([startRedis(), ModelServer.start()]);
});
afterAll(async () => {
  for (const service of services) await service.stop();
  await model.stop();
  await redis.stop();
});

it('with REDIS_URL two services share answers, streams, and what is forgotten', async () => {
  const [one, other] = [await startService(), await startService()];
  const bytes = await sample('logbook.txt');
  const hash = createHash('sha256').update(bytes).digest('hex');
  await one.post('/documents', bytes);

  expect(await one.ask('/ai/summarize', { hash })).toMatchObject({ cache: 'MISS', body: { answer: model.text } });
  expect(await other.ask('/ai/summarize', { hash })).toMatchObject({ cache: 'HIT', body: { answer: model.text } });
  const streams = [one, other].map(({ url }) => EventReader.open(`${url}/ai/sentiment/stream`, { hash }));
  const [mine, theirs] = await Promise.all(streams.map(async (stream) => (await stream).rest()));
  expect(mine!.filter(({ type }) => type === 'item')).toHaveLength(model.pieces.length + 1);
  expect(theirs!.slice(0, -1)).toEqual(mine!.slice(0, -1));
  expect(model.calls).toHaveLength(2);

  expect(await other.delete(`/documents/${hash}`)).toMatchObject({ body: { everywhere: true } });
  await other.post('/documents', bytes);
  expect(await one.ask('/ai/summarize', { hash })).toMatchObject({ cache: 'MISS' });
  expect(model.calls).toHaveLength(3);
});
