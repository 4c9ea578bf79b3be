import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { Test } from '@nestjs/testing';
import { CacheManager, CacheModule } from 'nestjs-cached';
import { startRedis, type RunningRedis } from '../../support/redis-server.js';
import { read } from '../pages.js';

let server: RunningRedis;
let admin: Redis;
beforeAll(async () => {
  server = await startRedis();
  admin = new Redis(server.url);
});
afterAll(async () => {
  admin.disconnect();
  await server.stop();
});

async function open(redis: object): Promise<{ cache: CacheManager; close: () => Promise<void> }> {
  const app = await Test.createTestingModule({
    imports: [CacheModule.forRoot({ namespace: 'shop', redis: { commandTimeout: '5s', ...redis } })],
  }).compile();
  await app.init();
  return { cache: app.get(CacheManager), close: () => app.close() };
}

it('has the keys of docs/backends.md, and entries that redis-cli can read', async () => {
  const { cache, close } = await open({ url: server.url });
  await cache.set('book:7', { title: 'Dune' }, { ttl: '10m', tags: ['author:3'] });
  await cache.forTenant('acme').set('book:7', 1);
  await cache.forNamespace('drafts').set('book:7', 1);
  expect((await admin.keys('*')).toSorted()).toEqual([
    'shop/drafts:s:{%}',
    'shop/drafts:t:{%}',
    'shop/drafts:v:{book:7}',
    'shop:r:{%}',
    'shop:s:{%}',
    'shop:t:{%}',
    'shop:t:{author:3}',
    'shop:v:{book:7}',
    'shop@acme:s:{%}',
    'shop@acme:t:{%}',
    'shop@acme:v:{book:7}',
  ]);
  const text = await admin.getrange('shop:v:{book:7}', 52, -1);
  expect(text).toMatch(/^\{"s":\[\["shop","[\w-]{16}"\]\],"t":\[\["author:3","[\w-]{16}"\]\]\}\{"title":"Dune"\}$/);
  expect(await admin.pttl('shop:v:{book:7}')).toBeGreaterThan(590_000);
  expect(await admin.getrange('shop:t:{author:3}', 3, -1)).toMatch(/^\{"v":"[\w-]{16}"\}$/);
  await close();
  await admin.flushall();
});

it('needs no more than the rights of docs/security.md', async () => {
  const [, rights] = /^ACL SETUSER cache on >secret (.+)$/m.exec(read('docs/security.md'))!;
  await admin.call('ACL', 'SETUSER', 'cache', 'on', '>secret', ...rights!.split(' '));
  const { hostname, port } = new URL(server.url);
  const { cache, close } = await open({ url: `redis://cache:secret@${hostname}:${port}` });
  const errors: unknown[] = [];
  cache.on('error', ({ error }) => errors.push(error));

  expect(await cache.set('a', 1, { tags: ['t'], staleIfError: '1h' })).toBe(true);
  expect(await cache.getOrSetMany(['a', 'b'], async () => [2])).toEqual(new Map(Object.entries({ a: 1, b: 2 })));
  expect(await cache.expire('a')).toBe(true);
  expect(await cache.delete('a')).toBe(true);
  expect(await cache.deleteMany(['a', 'b'])).toBe(true);
  await cache.set('c', 1, { ttl: Infinity, tags: ['t'] });
  await cache.set('d', 1, { ttl: '60d', tags: ['t'] });
  const keys: string[] = [];
  for await (const key of cache.keys()) keys.push(key);
  expect(keys.toSorted()).toEqual(['c', 'd']);
  expect(await cache.invalidateTags('t')).toBe(true);
  expect(await cache.invalidate('c*')).toBe(1);
  expect(await cache.forTenant('acme').set('a', 1)).toBe(true);
  expect(await cache.forNamespace('drafts').set('a', 1)).toBe(true);
  expect(await cache.clear()).toBe(true);
  expect((await cache.healthCheck()).status).toBe('up');
  await new Promise((resolve) => setImmediate(resolve));
  expect(errors).toEqual([]);
  await close();
});
