import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { Redis } from 'ioredis';
import {
  CacheManager,
  CacheModule,
  cacheOptionsFromEnv,
  cacheOptionsFromFile,
  type CacheModuleOptions,
} from 'nestjs-cached';
import { openSubscriber } from '../../lib/backends/redis/bus/subscriber.js';
import { closeRedis, openRedis } from '../../lib/backends/redis/redis-client.js';
import { MapBackend } from '../../lib/testing/map.backend.js';
import { LeakTrap } from '../support/leak-trap.js';
import { freePort, startRedis, type RunningRedis } from '../support/redis-server.js';
import { makeTlsFiles, tlsArguments, type TlsFiles } from '../support/tls-files.js';

const PASSWORD = `pass-${randomBytes(9).toString('hex')}`;
const VALUE = `value-${randomBytes(9).toString('hex')}`;
const PASSPHRASE = `phrase-${randomBytes(9).toString('hex')}`;
const ENCRYPTION_KEY = randomBytes(32).toString('base64');
const TLS_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
  cipher: 'aes-256-cbc',
  passphrase: PASSPHRASE,
}) as string;
const KEY_LINE = TLS_KEY.split('\n')[1]!;
const SECRETS = [PASSWORD, VALUE, PASSPHRASE, ENCRYPTION_KEY, KEY_LINE];

let trap: LeakTrap;
beforeEach(() => {
  trap = new LeakTrap();
});
afterEach(() => trap.release());

const value = { name: VALUE, list: [VALUE] };

/** Everything an application may call, and everything it may look at. */
async function exercise(cache: CacheManager): Promise<void> {
  const calls: (() => unknown)[] = [
    () => cache.set('key', value).then(String),
    () => cache.set('tagged', value, { ttl: '1m', tags: ['tag'] }).then(String),
    () => cache.get('key').then(() => 'got'),
    () => cache.getOrSet('loaded', () => value).then(() => 'got'),
    () => cache.getOrSetMany(['a', 'b'], (keys) => Promise.resolve(keys.map(() => value))).then(() => 'got'),
    () => cache.getOrSet('unstorable', () => ({ ...value, run: () => VALUE })).then(() => 'got'),
    () => cache.set('unstorable', { ...value, run: () => VALUE }),
    () => cache.setMany([['one', value]]),
    () => cache.warm([['two', value]]),
    () => cache.has('key'),
    () => cache.getTtl('key'),
    () => cache.expire('key'),
    () => cache.explain('key'),
    () => cache.delete('key'),
    () => cache.invalidate('k*'),
    () => cache.invalidateTags('tag'),
    () => cache.clear(),
    async () => {
      for await (const key of cache.keys()) trap.see(key);
    },
    () => cache.healthCheck(),
    () => cache.checkSecurity(),
    () => cache.getStats(),
    () => cache,
    () => cache.forTenant('acme'),
  ];
  for (const call of calls) await trap.during(call);
}

/** An application with these options, and everything that can be seen of it from its start to its end. */
async function run(
  options: CacheModuleOptions,
  meanwhile: (cache: CacheManager) => Promise<void> = exercise,
): Promise<void> {
  await trap.during(async () => {
    const imported = CacheModule.forRoot({ logCalls: true, ...options });
    const late = CacheModule.forRootAsync({ name: 'late', useFactory: () => options });
    trap.see([imported, late]);
    const app = await Test.createTestingModule({ imports: [imported, late] })
      .setLogger(trap)
      .compile();
    await app.init();
    const cache = app.get(CacheManager);
    trap.listenTo(cache);
    try {
      await meanwhile(cache);
      // A connection that is refused is reported a little later.
      await sleep(50);
      await trap.during(() => cache.healthCheck());
      lookInto(app);
    } finally {
      await app.close();
    }
  });
}

/** Every provider of ours, as a debugger or a crash report would show it. Those of Nest lead to the whole application. */
function lookInto(app: object): void {
  interface Holder {
    readonly name: string;
    readonly providers: Map<unknown, { readonly instance: unknown }>;
  }
  const { container } = app as { container: { getModules(): Map<string, Holder> } };
  for (const { name, providers } of container.getModules().values()) {
    if (!name.startsWith('Cache')) continue;
    for (const [token, { instance }] of providers) {
      if (!/^(ModuleRef|ApplicationConfig)$/.test((token as { name?: string }).name ?? '')) trap.see(instance);
    }
  }
}

function expectSilence(provoked: RegExp): void {
  expect(trap.leaks(SECRETS)).toEqual([]);
  expect(trap.has(provoked)).toBe(true);
}

describe('no secret and no value is seen', () => {
  let server: RunningRedis;
  let admin: Redis;
  let files: TlsFiles;
  const own: RunningRedis[] = [];
  const start = async (...args: string[]): Promise<RunningRedis> => {
    const started = await startRedis({ args });
    own.push(started);
    return started;
  };
  beforeAll(async () => {
    files = await makeTlsFiles();
    server = await startRedis();
    admin = new Redis(server.url, { retryStrategy: () => null });
  });
  afterAll(async () => {
    await closeRedis(admin);
    await Promise.all([server, ...own].map((each) => each.stop()));
    await files.remove();
  });
  const as = (user: string): CacheModuleOptions => ({
    redis: { url: `redis://${user}:${PASSWORD}@127.0.0.1:${server.port}`, commandTimeout: '5s' },
  });

  it('when all goes well', async () => {
    await admin.call('ACL', 'SETUSER', 'good', 'reset', 'on', `>${PASSWORD}`, '~*', '&*', '+@all');
    await run({ ...as('good'), encryption: { keys: [ENCRYPTION_KEY] } });
    expectSilence(/type: 'hit'/);
  });

  it.each(['tiered', 'redis'] as const)('when the password is wrong: %s', async (backend) => {
    await admin.call('ACL', 'SETUSER', 'other', 'reset', 'on', '>something-else', '~*', '&*', '+@all');
    await run({ ...as('other'), backend });
    expectSilence(/WRONGPASS/);
  });

  it('when the password is wrong and stands in the options', async () => {
    await run({ redis: { host: '127.0.0.1', port: server.port, username: 'other', password: PASSWORD } });
    expectSilence(/WRONGPASS/);
  });

  it('when a password is missing', async () => {
    const closed = await start('--requirepass', PASSWORD);
    await run({ redis: { url: closed.url } });
    expectSilence(/NOAUTH/);
  });

  it.each(['+@all -set -publish', '+@all -eval -evalsha', '+@all -subscribe'])(
    'when the user may not: %s',
    async (rules) => {
      await admin.call('ACL', 'SETUSER', 'narrow', 'reset', 'on', `>${PASSWORD}`, '~*', '&*', ...rules.split(' '));
      await run(as('narrow'));
      expectSilence(/NOPERM|no permissions|can't run/i);
    },
  );

  it('when the user may touch no key', async () => {
    await admin.call('ACL', 'SETUSER', 'narrow', 'reset', 'on', `>${PASSWORD}`, '~other:*', '&*', '+@all');
    await run(as('narrow'));
    expectSilence(/NOPERM|can't access/i);
  });

  it('when the server repeats what it was sent: values', async () => {
    const strange = await start('--rename-command', 'EVALSHA', '', '--rename-command', 'EVAL', '');
    await run({ redis: { url: strange.url } });
    expectSilence(/unknown command/);
  });

  it('when the server repeats what it was sent: the password', async () => {
    const strange = await start('--rename-command', 'HELLO', '', '--rename-command', 'AUTH', '');
    await run({ redis: { url: `redis://me:${PASSWORD}@127.0.0.1:${strange.port}` } });
    expectSilence(/unknown command|not connected/);
  });

  it('when the server is full', async () => {
    const full = await start('--maxmemory', '1');
    await run({ redis: { url: full.url } });
    expectSilence(/OOM|server is full/);
  });

  it('when nobody listens', async () => {
    await run({ redis: { url: `redis://me:${PASSWORD}@127.0.0.1:${await freePort()}` } });
    expectSilence(/ECONNREFUSED/);
  });

  it('when the server freezes, and ends in the middle of a call', async () => {
    const dying = await start('--requirepass', PASSWORD);
    await run(
      { redis: { url: `redis://:${PASSWORD}@127.0.0.1:${dying.port}`, commandTimeout: '1s' } },
      async (cache) => {
        await exercise(cache);
        await dying.pause();
        const calls = [cache.set('key', value), cache.getOrSet('load', () => value), cache.delete('key')];
        await sleep(20);
        await dying.kill();
        await Promise.all(calls.map((call) => trap.during(() => call.then(() => 'done'))));
        await exercise(cache);
      },
    );
    expectSilence(/not connected|closed/i);
  });

  it('when TLS fails', async () => {
    const port = await freePort();
    own.push(await startRedis({ args: tlsArguments(port, files, files.server, 'yes') }));
    const tls = { key: TLS_KEY, passphrase: PASSPHRASE };
    await run({ redis: { host: 'localhost', port, password: PASSWORD, tls } });
    await run({ redis: { url: `rediss://me:${PASSWORD}@localhost:${port}`, tls: { ...tls, ca: files.ca.cert } } });
    await run({ redis: { host: 'localhost', port, tls: { key: TLS_KEY, passphrase: 'wrong' } } });
    await run({ redis: { host: 'localhost', port, tls: { key: files.server.key, cert: files.client.cert } } });
    expectSilence(/certificate/);
    expect(trap.leaks([files.server.key.split('\n')[1]!])).toEqual([]);
  });

  it.each([
    ['a foreign text', 'json', VALUE],
    ['a text that is no JSON', 'json', `{"${VALUE}`],
    ['a foreign text for msgpack', 'msgpack', VALUE],
  ] as const)('when bytes cannot be read: %s', async (_name, codec, bytes) => {
    await run({ redis: { url: server.url, commandTimeout: '5s' }, namespace: `bad-${codec}`, codec }, async (cache) => {
      await cache.set('key', 'x');
      for (const key of await admin.keys(`bad-${codec}:*`)) await admin.setrange(key, 20, bytes);
      await exercise(cache);
    });
    expectSilence(/error|miss/);
  });

  it("when a codec of the application's quotes what it cannot read", async () => {
    const codec = {
      name: 'mine',
      id: 99,
      encode: (from: unknown) => Buffer.from(JSON.stringify(from)),
      decode: (bytes: Uint8Array): never => {
        throw new SyntaxError(`no JSON: ${Buffer.from(bytes).toString()}`);
      },
    };
    // On a busy machine the first connection may take longer than a tenth of a second, and nothing would be read.
    const redis = { url: server.url, commandTimeout: '5s' } as const;
    await run({ redis, backend: 'redis', namespace: 'mine', codec }, async (cache) => {
      await cache.set('key', VALUE);
      await exercise(cache);
      await cache.getOrSet('key', () => value);
    });
    expectSilence(/unreadable|cannot be decoded/);
  });

  it('when entries were encrypted with another key', async () => {
    const redis = { url: server.url, commandTimeout: '5s' } as const;
    const options = { redis, backend: 'redis', namespace: 'sealed' } as const;
    await run({ ...options, encryption: { keys: [randomBytes(32)] } }, async (cache) => {
      await cache.set('key', value);
    });
    await run({ ...options, encryption: { keys: [ENCRYPTION_KEY] } }, async (cache) => {
      await trap.during(() => cache.explain('key'));
      await exercise(cache);
    });
    expectSilence(/not among the keys|unreadable/);
  });

  it('when a backend of the application says where it is', async () => {
    class Leaky extends MapBackend {
      readonly url = `redis://me:${PASSWORD}@host:6379`;
      override get(): Promise<never> {
        return Promise.reject(new Error(`cannot reach ${this.url}`));
      }
    }
    // Its `error` event hands on what the application's own backend has thrown; everything else is ours.
    trap.listenTo = () => undefined;
    await run({ backend: new Leaky() });
    expectSilence(/fails \(cannot reach redis:\/\/\*\*\*@host/);
  });

  it('when a connection is printed', async () => {
    const connection = { url: `redis://me:${PASSWORD}@127.0.0.1:${server.port}`, connectTimeout: 2_000 };
    const clients = [await openRedis(connection), await openSubscriber(connection)];
    trap.see(clients);
    trap.see({ clients });
    await Promise.all(clients.map((client) => closeRedis(client)));
    expectSilence(/\[Redis\]/);
  });
});

describe('no secret is seen in the faults of options', () => {
  const url = (rest: string): CacheModuleOptions => ({ redis: { url: rest } });
  const bad: [string, unknown][] = [
    ['a url of another kind', url(`http://me:${PASSWORD}@host`)],
    ['a url with blanks', url(` redis://me:${PASSWORD}@host`)],
    ['a url without a host', url(`redis://me:${PASSWORD}@`)],
    ['a url with a path', url(`redis://me:${PASSWORD}@host/${PASSWORD}`)],
    ['a url with a query', url(`redis://host?password=${PASSWORD}`)],
    ['a password with a mark', url(`redis://me:%${PASSWORD}#@host`)],
    ['no url at all', url(PASSWORD)],
    ['a url as host', { redis: { host: `redis://me:${PASSWORD}@host` } }],
    ['two passwords', { redis: { url: `redis://me:${PASSWORD}@host`, password: PASSWORD } }],
    ['a misspelled password', { redis: { host: 'host', passwort: PASSWORD } }],
    ['a password in the wrong place', { password: PASSWORD, namespace: [PASSWORD] }],
    ['options that are a url', `redis://me:${PASSWORD}@host`],
    ['redis as a url', { redis: `redis://me:${PASSWORD}@host` }],
    ['tls as a key', { redis: { host: 'host', tls: KEY_LINE } }],
    ['a short key', { redis: { host: 'host' }, encryption: { keys: [ENCRYPTION_KEY.slice(0, 40), PASSWORD] } }],
    ['a key alone', { redis: { host: 'host' }, encryption: { keys: ENCRYPTION_KEY } }],
    ['a key as encryption', { redis: { host: 'host' }, encryption: ENCRYPTION_KEY }],
    [
      'a named key',
      { redis: { host: 'host' }, encryption: { keys: [{ id: 'a', key: PASSWORD, more: ENCRYPTION_KEY }] } },
    ],
  ];

  it.each(bad)('%s', async (_name, options) => {
    await run(options as CacheModuleOptions);
    expect(trap.has(/CacheConfigError/)).toBe(true);
    expect(trap.leaks([...SECRETS, ENCRYPTION_KEY.slice(0, 40)])).toEqual([]);
  });

  it.each([
    ['REDIS_URL', `redis://me:${PASSWORD}`],
    ['REDIS_URL', PASSWORD],
    ['REDIS_HOST', `redis://me:${PASSWORD}@host`],
    ['CACHE_ENCRYPTION_KEYS', `${PASSWORD},${ENCRYPTION_KEY.slice(4)}`],
  ])('the variable %s', async (name, text) => {
    await trap.during(() => cacheOptionsFromEnv({ REDIS_HOST: 'host', [name]: text, REDIS_PASSWORD: PASSWORD }));
    expect(trap.has(/CacheConfigError/)).toBe(true);
    expect(trap.leaks(SECRETS)).toEqual([]);
  });

  it.each([
    ['a.json', `{"redis": {"password": "${PASSWORD}",,}`],
    ['b.json', `"redis://me:${PASSWORD}@host"`],
    ['c.yaml', `redis:\n  url: redis://me:${PASSWORD}@host\n password: "${PASSWORD}`],
    ['d.yaml', `redis:\n  password:${PASSWORD}\n`],
    ['e.yaml', `- ${PASSWORD}\n`],
  ])('the file %s', async (name, text) => {
    const folder = await mkdtemp(join(tmpdir(), 'nestjs-cached-'));
    await writeFile(join(folder, name), text);
    await trap.during(() => cacheOptionsFromFile(join(folder, name)));
    await rm(folder, { recursive: true });
    expect(trap.has(/CacheConfigError/)).toBe(true);
    expect(trap.leaks(SECRETS)).toEqual([]);
  });
});

describe('the trap itself', () => {
  it.each([
    ['a text', () => `the ${PASSWORD} itself`],
    [
      'what stands behind an error',
      () => new Error('outer', { cause: Object.assign(new Error('inner'), { command: { args: [PASSWORD] } }) }),
    ],
    ['bytes', () => ({ bytes: Buffer.from(PASSWORD) })],
    [
      'members that are not enumerable',
      () => Object.defineProperty({}, 'hidden', { value: PASSWORD, enumerable: false }),
    ],
    ['a provider', () => ({ provide: 'options', useValue: { redis: { url: `redis://me:${PASSWORD}@host` } } })],
  ])('sees %s', (_name, make) => {
    trap.see(make());
    expect(trap.leaks(SECRETS)).not.toEqual([]);
  });
});
