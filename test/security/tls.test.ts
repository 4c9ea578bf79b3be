import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { closeRedis, openRedis, type RedisConnection } from '../../lib/backends/redis/redis-client.js';
import { tlsOf } from '../../lib/backends/redis/tls-connection.js';
import { validateOptions } from '../../lib/config/validate-options.js';
import { until } from '../support/deferred.js';
import { everyStore } from '../support/every-store.js';
import { freePort, startRedis, type RunningRedis } from '../support/redis-server.js';
import { makeTlsFiles, tlsArguments, type Credential, type TlsFiles } from '../support/tls-files.js';
import { Rooms, bytes } from '../unit/redis/rooms.js';

const { makeCache } = everyStore();

let files: TlsFiles;
const servers: RunningRedis[] = [];
/** The port that speaks TLS. */
async function serve(server: Credential, clients: 'yes' | 'no' = 'no', ...further: string[]): Promise<number> {
  const port = await freePort();
  servers.push(await startRedis({ args: [...tlsArguments(port, files, server, clients), ...further] }));
  return port;
}

let port: number;
let namedPort: number;
beforeAll(async () => {
  files = await makeTlsFiles();
  port = await serve(files.server);
  namedPort = await serve(files.named);
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await files.remove();
});

/** As OpenSSL puts it: the server sends the certificate of its authority as well, or does not. */
const UNTRUSTED = /self-signed certificate|unable to (verify the first|get local issuer) certificate/;

interface Way {
  url?: string;
  host?: string;
  port?: number;
  tls?: boolean | Record<string, unknown>;
}

/** `up`, or why not. */
async function health(redis: Way): Promise<string | undefined> {
  const cache = await makeCache({ redis: { ...redis, commandTimeout: '3s', connectTimeout: '2s' } });
  const { status, lastError } = await cache.healthCheck();
  if (status !== 'up') return lastError;
  expect(await cache.set('key', 'value')).toBe(true);
  expect(await cache.get('key')).toBe('value');
  return 'up';
}

describe('a server with a certificate', () => {
  it.each<[string, () => Way]>([
    ['an address', () => ({ host: '127.0.0.1', port, tls: { ca: files.ca.cert } })],
    ['a name', () => ({ host: 'localhost', port, tls: { ca: files.ca.cert } })],
    ['a url with an address', () => ({ url: `rediss://127.0.0.1:${port}`, tls: { ca: files.ca.cert } })],
    ['a url with a name', () => ({ url: `rediss://localhost:${port}`, tls: { ca: files.ca.cert } })],
    ['a url in capitals', () => ({ url: `REDISS://localhost:${port}`, tls: { ca: files.ca.cert } })],
    ['a plain url with tls', () => ({ url: `redis://localhost:${port}`, tls: { ca: files.ca.cert } })],
    [
      'the name of the certificate',
      () => ({ host: '127.0.0.1', port: namedPort, tls: { ca: files.ca.cert, servername: 'redis.test' } }),
    ],
    [
      'members that are not set',
      () => ({
        host: 'localhost',
        port,
        tls: { ca: files.ca.cert, checkServerIdentity: undefined, rejectUnauthorized: undefined },
      }),
    ],
  ])('is used when its authority is known: %s', async (_name, way) => {
    expect(await health(way())).toBe('up');
  });

  it.each<[string, () => Way]>([
    ['an address', () => ({ host: '127.0.0.1', port, tls: true })],
    ['a url', () => ({ url: `rediss://localhost:${port}` })],
    ['a url in capitals', () => ({ url: `REDISS://localhost:${port}` })],
    ['another authority', () => ({ host: 'localhost', port, tls: { ca: files.stranger.cert } })],
  ])('is refused when its authority is not: %s', async (_name, way) => {
    expect(await health(way())).toMatch(UNTRUSTED);
  });

  it.each<[string, () => Way]>([
    ['an address', () => ({ host: '127.0.0.1', port: namedPort, tls: { ca: files.ca.cert } })],
    ['a name', () => ({ host: 'localhost', port: namedPort, tls: { ca: files.ca.cert } })],
    ['a url', () => ({ url: `rediss://localhost:${namedPort}`, tls: { ca: files.ca.cert } })],
    ['a url with an address', () => ({ url: `rediss://127.0.0.1:${namedPort}`, tls: { ca: files.ca.cert } })],
    ['a server name', () => ({ host: 'localhost', port, tls: { ca: files.ca.cert, servername: 'other.test' } })],
    [
      'an empty server name',
      () => ({ host: 'localhost', port: namedPort, tls: { ca: files.ca.cert, servername: '' } }),
    ],
  ])('is refused under another name than its own: %s', async (_name, way) => {
    expect(await health(way())).toMatch(/does not match certificate's altnames/);
  });

  it('is refused when the certificate is past its end', async () => {
    const late = await serve(files.expired);
    expect(await health({ host: 'localhost', port: late, tls: { ca: files.ca.cert } })).toMatch(
      /certificate has expired/,
    );
  });

  it('is checked whatever NODE_TLS_REJECT_UNAUTHORIZED says, unless the options say otherwise', async () => {
    // Node reads the variable when the member is left open. Jest shows tests a copy of the environment.
    for (const way of [
      { tls: true },
      { tls: {} },
      { url: 'rediss://localhost' },
      { tls: { rejectUnauthorized: undefined } },
    ]) {
      expect(tlsOf(way)).toEqual({ rejectUnauthorized: true });
    }
    expect(await health({ host: 'localhost', port, tls: { rejectUnauthorized: false } })).toBe('up');
  });
});

describe('a server that asks clients for a certificate', () => {
  let mutual: number;
  beforeAll(async () => {
    mutual = await serve(files.server, 'yes');
  });

  it('takes one of its own authority', async () => {
    const { cert, key } = files.client;
    expect(await health({ host: 'localhost', port: mutual, tls: { ca: files.ca.cert, cert, key } })).toBe('up');
  });

  it.each<[string, () => Record<string, unknown>]>([
    ['no certificate', () => ({})],
    ["a stranger's", () => ({ cert: files.stranger.cert, key: files.stranger.key })],
  ])('takes no client with %s', async (_name, own) => {
    expect(await health({ host: 'localhost', port: mutual, tls: { ca: files.ca.cert, ...own() } })).not.toBe('up');
  });
});

describe('over TLS', () => {
  let rooms: Rooms;
  let tlsOnly: number;
  beforeAll(async () => {
    tlsOnly = await serve(files.server, 'yes');
  });
  beforeEach(() => {
    rooms = new Rooms(tlsOnly);
  });
  afterEach(() => rooms.close());
  const connection = (): RedisConnection => {
    const { cert, key } = files.client;
    return { host: 'localhost', port: tlsOnly, connectTimeout: 2_000, tls: { ca: files.ca.cert, cert, key } };
  };

  it.each(['tracking', 'pubsub'] as const)('a process hears of what another one changes: %s', async (coherence) => {
    const room = await rooms.connected({ connection: connection(), coherence });
    const other = await rooms.connected({ connection: connection(), coherence });
    expect(room.bus.mode).toBe(coherence);
    await room.backend.get(rooms.key.value);
    await other.fleet.store({ ...rooms.key, bytes: bytes('x'), ttlMs: undefined, token: undefined });
    await until(() => room.heard.join(' ').includes(rooms.key.value));
  });

  it.each(['tracking', 'pubsub'] as const)(
    'a client that was handed in lends its certificate to what listens: %s',
    async (coherence) => {
      const client = await rooms.client({ host: 'localhost', port: tlsOnly, tls: connection().tls as object });
      const room = await rooms.connected({ connection: { client }, coherence });
      const other = await rooms.connected({ connection: connection(), coherence });
      expect(room.bus.mode).toBe(coherence);
      await room.backend.get(rooms.key.value);
      await other.fleet.store({ ...rooms.key, bytes: bytes('x'), ttlMs: undefined, token: undefined });
      await until(() => room.heard.join(' ').includes(rooms.key.value));
    },
  );

  it('what listens is checked as what reads and writes', async () => {
    const { ca, ...without } = connection().tls as Record<string, unknown>;
    expect(ca).toBeDefined();
    const room = await rooms.open({ connection: { ...connection(), tls: without } });
    const reads = await room.backend.get('any').catch(String);
    expect(reads).toMatch(UNTRUSTED);
    expect(room.bus.connected).toBe(false);
  });
});

describe('a cache that is closed in the middle of a handshake', () => {
  it.each(['trusted', 'untrusted'])('leaves nothing behind that ends the process: %s', async (kind) => {
    const tls = kind === 'trusted' ? { ca: files.ca.cert } : {};
    for (let round = 0; round < 100; round += 1) {
      const client = await openRedis({ host: '127.0.0.1', port, tls, connectTimeout: 2_000 });
      await new Promise((resolve) => setTimeout(resolve, round % 8));
      await closeRedis(client);
    }
    // What the server says of it comes later.
    await new Promise((resolve) => setTimeout(resolve, 100));
  });
});

describe('options that no connection can be made with', () => {
  it.each<[string, () => Record<string, unknown>, string]>([
    ['a key that is none', () => ({ cert: files.client.cert, key: 'S3CRET-KEY' }), 'ERR_OSSL'],
    ['the key of another certificate', () => ({ cert: files.client.cert, key: files.server.key }), 'MISMATCH'],
    ['a certificate that is a number', () => ({ cert: 4711 }), 'ERR_'],
  ])('are a fault at start, without what they hold: %s', (_name, tls, code) => {
    const start = (): unknown => validateOptions({ redis: { host: 'localhost', tls: tls() } });
    expect(start).toThrow(/redis\.tls: holds a ca, cert, key, pfx or passphrase that cannot be used/);
    expect(start).toThrow(code);
    expect(start).not.toThrow(/S3CRET|PRIVATE|4711/);
  });
});
