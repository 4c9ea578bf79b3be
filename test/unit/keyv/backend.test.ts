import { EventEmitter } from 'node:events';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { assert, constantFrom, property, string } from 'fast-check';
import { Redis } from 'ioredis';
import { Keyv } from 'keyv';
import { Keyv as Keyv6, KeyvBridgeAdapter } from 'keyv6';
import { CacheBackendError, CacheCapabilityError, CacheUsageError } from 'nestjs-cached';
import { KeyvBackend, type KeyvLike } from 'nestjs-cached/keyv';
import { keyOf, plainKey } from '../../../lib/backends/keyv/plain-key.js';
import { testCache } from '../../support/caches.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (found: Uint8Array | undefined): string | undefined => found && new TextDecoder().decode(found);

afterEach(() => {
  jest.restoreAllMocks();
});

/** An adapter as those of version 5 are: it emits errors, and takes lengths of time. */
class Adapter extends EventEmitter {
  readonly opts: { dialect?: string } = {};
  namespace?: string;
  readonly values = new Map<string, unknown>();
  readonly sets: unknown[][] = [];
  closed = 0;

  async get(key: string): Promise<unknown> {
    return this.values.get(key);
  }
  async set(key: string, value: unknown, life?: number): Promise<unknown> {
    this.sets.push([key, value, life]);
    this.values.set(key, value);
    return undefined;
  }
  async delete(key: string): Promise<unknown> {
    return this.values.delete(key);
  }
  async clear(): Promise<void> {
    this.values.clear();
  }
  async disconnect(): Promise<void> {
    this.closed++;
  }
}

/** The ways to one adapter. */
const WAYS: readonly [name: string, way: (adapter: Adapter) => KeyvLike][] = [
  ['itself', (adapter) => adapter],
  ['by Keyv 5', (adapter) => new Keyv({ store: adapter })],
  ['by Keyv 5 that emits no errors', (adapter) => new Keyv({ store: adapter, emitErrors: false })],
  ['by Keyv 5 that throws', (adapter) => new Keyv({ store: adapter, throwOnErrors: true })],
  ['by Keyv 6', (adapter) => new Keyv6({ store: adapter })],
];

describe('what is handed in', () => {
  class Four extends Map {
    opts = { store: new Map(), namespace: 'keyv' };
  }
  class Seven extends Map {
    stats = {};
  }

  it.each([
    [null, 'got null'],
    [undefined, 'got undefined'],
    ['redis://localhost', 'got string'],
    [Map, 'got function'],
    [{}, 'it has no get, set, delete, clear'],
    [{ get: () => 1, set: () => 1, delete: () => 1 }, 'it has no clear'],
    [new Four(), 'older than version 5'],
    [new Seven(), 'neither of version 5 nor of 6'],
  ])('%p is refused: %s', (given, reason) => {
    const make = (): unknown => new KeyvBackend(given as unknown as KeyvLike);
    expect(make).toThrow(CacheUsageError);
    expect(make).toThrow(reason);
  });

  it('a cache, and a client of another library, are refused', async () => {
    const { cache } = await testCache();
    expect(() => new KeyvBackend(cache as unknown as KeyvLike)).toThrow('it is a cache');
    const client = new Redis({ lazyConnect: true });
    expect(() => new KeyvBackend(client as unknown as KeyvLike)).toThrow('it has no delete, clear');
    client.disconnect();
  });
});

describe.each(WAYS)('an adapter, %s', (name, way) => {
  it('that throws: every call rejects', async () => {
    const adapter = new Adapter();
    const backend = new KeyvBackend(way(adapter));
    await backend.set('k', bytes('v'));
    for (const method of ['get', 'set', 'delete'] as const) {
      adapter[method] = () => Promise.reject(new Error('down'));
    }
    await expect(backend.get('k')).rejects.toThrow();
    await expect(backend.set('k', bytes('w'))).rejects.toThrow();
    await expect(backend.delete('k')).rejects.toThrow();
    await expect(backend.exists('k')).rejects.toThrow();
    await expect(backend.ping()).rejects.toThrow();
  });

  it('that emits an error, and answers as if all were well: every call rejects', async () => {
    const adapter = new Adapter();
    const backend = new KeyvBackend(way(adapter));
    const swallow = (answer: unknown) => async (): Promise<unknown> => {
      adapter.emit('error', new Error('down'));
      return answer;
    };
    adapter.get = swallow(undefined);
    adapter.set = swallow(undefined);
    adapter.delete = swallow(false);
    await expect(backend.get('k')).rejects.toThrow('keyv failed at get: down');
    await expect(backend.set('k', bytes('v'))).rejects.toThrow('keyv failed at set: down');
    await expect(backend.delete('k')).rejects.toThrow('keyv failed at delete: down');
  });

  it('that says it has not stored, or has not removed, is believed', async () => {
    const adapter = new Adapter();
    const backend = new KeyvBackend(way(adapter));
    await backend.set('k', bytes('v'));
    adapter.delete = async () => false;
    await expect(backend.delete('k')).rejects.toThrow('keyv has not removed k.');
    adapter.set = async () => false;
    await expect(backend.set('k', bytes('w'))).rejects.toThrow('keyv has not stored k.');
  });

  it('bytes are Base64 in whatever the adapter is given', async () => {
    const adapter = new Adapter();
    const backend = new KeyvBackend(way(adapter));
    await backend.set('a:b', Uint8Array.of(0, 255, 10));
    const [[key, value]] = adapter.sets as [[string, string]];
    expect(key).toMatch(/(^|:)a\|b$/);
    expect(JSON.parse(value)).toMatchObject({ value: 'AP8K' });
    expect(await backend.get('a:b')).toEqual(Buffer.from([0, 255, 10]));
  });

  it('ends: none and Infinity have none, fractions are rounded up, 0 and less remove, NaN is an error', async () => {
    const adapter = new Adapter();
    const backend = new KeyvBackend(way(adapter));
    const now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now);
    await backend.set('none', bytes('v'));
    await backend.set('infinite', bytes('v'), Infinity);
    await backend.set('fraction', bytes('v'), 0.25);
    expect(adapter.sets.map(([, , life]) => life)).toEqual([undefined, undefined, 1]);
    expect(adapter.sets.map(([, value]) => (JSON.parse(value as string) as { expires?: number }).expires)).toEqual([
      undefined,
      undefined,
      now + 1,
    ]);
    for (const over of [0, -1, -Infinity]) {
      await backend.set('none', bytes('v'));
      await backend.set('none', bytes('w'), over);
      expect(await backend.get('none')).toBeUndefined();
    }
    await backend.set('none', bytes('v'));
    await expect(backend.set('none', bytes('w'), Number.NaN)).rejects.toThrow('the ttl is NaN');
    await expect(backend.set('none', bytes('w'), '5m' as unknown as number)).rejects.toThrow(CacheUsageError);
    expect(text(await backend.get('none'))).toBe('v');
  });

  it('errors lose what hangs on them: a statement with its values, the password of a url', async () => {
    const adapter = new Adapter();
    const backend = new KeyvBackend(way(adapter));
    const failure = Object.assign(new Error('cannot reach postgres://me:secret@db/shop'), {
      code: 'ECONNREFUSED',
      sql: "INSERT INTO keyv VALUES ('k', 'secret')",
    });
    adapter.set = () => Promise.reject(failure);
    const error: unknown = await backend.set('k', bytes('v')).catch((thrown: unknown) => thrown);
    if (name !== 'by Keyv 5 that emits no errors') {
      expect(error).toMatchObject({
        message: expect.stringContaining('postgres://***@db/shop'),
        cause: { code: 'ECONNREFUSED' },
      });
    }
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('secret');
  });

  it.each([['no JSON'], ['null'], ['7'], ['{}'], ['{"value":7}'], ['{"value":"%%%"}'], [7], [{ value: [] }]])(
    'junk is no entry: %j',
    async (junk) => {
      const adapter = new Adapter();
      const { cache } = await testCache({ backend: new KeyvBackend(way(adapter)) });
      const errors: unknown[] = [];
      cache.on('error', (event) => errors.push(event));
      await cache.set('k', 'v');
      const key = [...adapter.values.keys()].find((each) => each.endsWith('|v|{k}'))!;
      adapter.values.set(key, junk);
      expect(await cache.get('k')).toBeUndefined();
      expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded');
      expect(await cache.get('k')).toBe('loaded');
      expect(inspect(errors, { depth: 9, showHidden: true })).not.toContain('no JSON');
    },
  );

  it('is disconnected only when asked to, and once; afterwards nothing reaches it', async () => {
    const adapter = new Adapter();
    const given = way(adapter);
    await new KeyvBackend(given).close();
    expect(adapter.closed).toBe(0);
    // Keyv listens to its adapter for as long as it lives; nobody else does any more.
    expect(adapter.listenerCount('error')).toBe(name === 'itself' ? 0 : 1);
    const backend = new KeyvBackend(given, { disconnect: true });
    await Promise.all([backend.close(), backend.close()]);
    expect(adapter.closed).toBe(1);
    for (const call of [() => backend.get('k'), () => backend.set('k', bytes('v')), () => backend.delete('k')]) {
      await expect(call()).rejects.toThrow('keyv is closed');
    }
    expect(adapter.sets).toEqual([]);
    // Who disconnects it hears its last words: an error that nobody listens to may end the process.
    expect(() => adapter.emit('error', new Error('late'))).not.toThrow();
  });
});

describe('ways that differ', () => {
  it("a Keyv's own ttl does not end what is to be kept", async () => {
    for (const keyv of [new Keyv({ ttl: 1_000 }), new Keyv6({ ttl: 1_000 })]) {
      const backend = new KeyvBackend(keyv);
      await backend.set('k', bytes('v'));
      const now = Date.now();
      jest.spyOn(Date, 'now').mockImplementation(() => now + 2_000);
      expect(text(await backend.get('k'))).toBe('v');
      jest.restoreAllMocks();
    }
  });

  it('an adapter of version 6 is given instants, one of version 5 lengths of time', async () => {
    const now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now);
    const five = new Adapter();
    await new KeyvBackend(five).set('k', bytes('v'), 1_000);
    expect(five.sets[0]![2]).toBe(1_000);
    const six = Object.assign(new Adapter(), { capabilities: { expires: true } });
    await new KeyvBackend(six).set('k', bytes('v'), 1_000);
    expect(six.sets[0]![2]).toBe(now + 1_000);
    const bridged = new Adapter();
    await new KeyvBackend(new KeyvBridgeAdapter(bridged as never)).set('k', bytes('v'), 1_000);
    expect(bridged.sets[0]![2]).toBe(1_000);
  });

  it('an adapter that parses what it hands out, and has an envelope for what is absent, as that for memcached', async () => {
    class Parsing extends Adapter {
      override async get(key: string): Promise<unknown> {
        const found = this.values.get(key);
        return found === undefined ? { value: undefined, expires: 0 } : JSON.parse(found as string);
      }
    }
    const backend = new KeyvBackend(new Parsing());
    expect(await backend.get('k')).toBeUndefined();
    expect(await backend.delete('k')).toBe(false);
    await backend.set('k', bytes('v'));
    expect(text(await backend.get('k'))).toBe('v');
  });

  it('an adapter that says nothing about what it has deleted', async () => {
    class Mute extends Adapter {
      override async delete(key: string): Promise<unknown> {
        this.values.delete(key);
        return undefined;
      }
    }
    const backend = new KeyvBackend(new Mute());
    await backend.set('k', bytes('v'));
    expect(await backend.delete('k')).toBe(false);
    expect(await backend.get('k')).toBeUndefined();
  });

  it('a Keyv of before 5.5, which has no getRaw', async () => {
    const keyv = Object.assign(new Keyv(), { getRaw: undefined });
    const backend = new KeyvBackend(keyv);
    expect(await backend.get('k')).toBeUndefined();
    await backend.set('k', new Uint8Array(0));
    expect(await backend.get('k')).toEqual(Buffer.alloc(0));
    expect(await backend.delete('k')).toBe(true);
    expect(await backend.delete('k')).toBe(false);
  });

  it('a Keyv of before 5.5 that emits no errors is refused: it would tell nobody of a deletion that has failed', () => {
    const keyv = Object.assign(new Keyv({ emitErrors: false }), { getRaw: undefined });
    expect(() => new KeyvBackend(keyv)).toThrow(CacheUsageError);
    expect(() => new KeyvBackend(keyv)).toThrow('older than 5.5, with emitErrors: false');
  });

  it('an encrypting Keyv 6 is asked to encrypt', async () => {
    const adapter = new Adapter();
    const rot = (given: string): string => [...given].toReversed().join('');
    const backend = new KeyvBackend(new Keyv6({ store: adapter, encryption: { encrypt: rot, decrypt: rot } }));
    await backend.set('k', bytes('secret'));
    expect(adapter.sets[0]![1]).not.toContain(Buffer.from('secret').toString('base64'));
    expect(text(await backend.get('k'))).toBe('secret');
  });
});

describe('many keys', () => {
  class Many extends Adapter {
    readonly asked: string[][] = [];
    async getMany(keys: string[]): Promise<unknown> {
      this.asked.push(keys);
      return Promise.all(keys.map((key) => this.get(key)));
    }
  }

  it('are asked for once each, a hundred at a time', async () => {
    for (const way of [(adapter: Many) => adapter, (adapter: Many) => new Keyv({ store: adapter })]) {
      const adapter = new Many();
      const backend = new KeyvBackend(way(adapter));
      expect(backend.gathers).toBe('all');
      const keys = Array.from({ length: 250 }, (_, index) => `k${index}`);
      await Promise.all(keys.map((key) => backend.set(key, bytes(key))));
      const found = await backend.getMany!([...keys, 'absent', 'k7']);
      expect(found.map(text)).toEqual([...keys, undefined, 'k7']);
      expect(adapter.asked.map((each) => each.length)).toEqual([100, 100, 51]);
    }
  });

  it('one that cannot be read leaves the others alone', async () => {
    for (const way of [
      (adapter: Many) => adapter,
      (adapter: Many) => new Keyv({ store: adapter }),
      (adapter: Many) => new Keyv6({ store: adapter }),
    ]) {
      const adapter = new Many();
      const backend = new KeyvBackend(way(adapter));
      await Promise.all(['a', 'b', 'c'].map((key) => backend.set(key, bytes(key))));
      const spoilt = [...adapter.values.keys()].find((key) => key.endsWith('b'))!;
      adapter.values.set(spoilt, 'no JSON');
      const [a, b, c] = await backend.getMany!(['a', 'b', 'c']);
      expect([text(a), text(c)]).toEqual(['a', 'c']);
      expect(text(b)).not.toBe('b');
    }
  });

  it.each([[[]], [undefined], [[1, 2]], ['text']])('an answer of %j to one question is an error', async (answer) => {
    const adapter = new Many();
    const backend = new KeyvBackend(adapter);
    adapter.getMany = async () => answer;
    await expect(backend.getMany!(['k'])).rejects.toThrow('did not answer with 1 values');
  });

  it('an adapter without getMany has none made up', () => {
    expect(new KeyvBackend(new Adapter()).getMany).toBeUndefined();
    expect(new KeyvBackend(new Keyv({ store: new Adapter() })).getMany).toBeUndefined();
  });
});

describe('keys', () => {
  it('have no colon, and none is lost', () => {
    const odd = string({ unit: constantFrom('a', ':', '|', '~', '0', '1', '\u4e2d') });
    assert(
      property(odd, odd, (one, other) => {
        expect(plainKey(one)).not.toContain(':');
        expect(keyOf(plainKey(one))).toBe(one);
        expect(keyOf(`some:namespace::${plainKey(one)}`)).toBe(one);
        expect(plainKey(one) === plainKey(other)).toBe(one === other);
      }),
    );
  });

  it('a cache whose namespace is that of its Keyv: what is read together is what was written', async () => {
    class Many extends Adapter {
      async getMany(keys: string[]): Promise<unknown> {
        return Promise.all(keys.map((key) => this.get(key)));
      }
    }
    const backend = new KeyvBackend(new Keyv({ store: new Many(), namespace: 'keyv' }));
    await backend.set('keyv:v:{a}', bytes('a'));
    await backend.set('v:{a}', bytes('b'));
    expect((await backend.getMany!(['keyv:v:{a}', 'v:{a}'])).map(text)).toEqual(['a', 'b']);
  });
});

describe('listing', () => {
  class Listing extends Adapter {
    async *iterator(): AsyncGenerator<unknown[]> {
      for (const [key, value] of this.values) yield [key, value];
    }
  }
  const dialect = (name: string): Listing => {
    const adapter = new Listing();
    adapter.opts.dialect = name;
    return adapter;
  };

  it('is there where it is known to miss nothing, or the application says so', () => {
    expect(new KeyvBackend(new Map()).scan).toBeDefined();
    expect(new KeyvBackend(new Keyv()).scan).toBeDefined();
    expect(new KeyvBackend(new Keyv6()).scan).toBeDefined();
    expect(new KeyvBackend(dialect('redis')).scan).toBeDefined();
    expect(new KeyvBackend(new Keyv6({ store: dialect('valkey') })).scan).toBeDefined();
    // A property of that name may be anything.
    expect(new KeyvBackend(Object.assign(dialect('redis'), { store: 'a file' })).scan).toBeDefined();
    expect(new KeyvBackend(dialect('sqlite')).scan).toBeUndefined();
    expect(new KeyvBackend(new Keyv({ store: dialect('postgres') })).scan).toBeUndefined();
    expect(new KeyvBackend(dialect('mysql'), { scan: true }).scan).toBeDefined();
    expect(new KeyvBackend(new Map(), { scan: false }).scan).toBeUndefined();
    const none = { scan: true };
    for (const way of WAYS.map(([, make]) => make)) {
      expect(() => new KeyvBackend(way(new Adapter()), none)).toThrow(CacheCapabilityError);
    }
  });

  it('of a store that several Keyv share shows no entry of another one', async () => {
    const shared = new Map<string, unknown>();
    const caches = await Promise.all(
      ['a', 'b'].map((namespace) =>
        testCache({ backend: new KeyvBackend(new Keyv({ store: shared, namespace })), namespace: 'shop' }),
      ),
    );
    const [one, other] = caches.map(({ cache }) => cache);
    await one!.set('mine', 1);
    await other!.set('theirs', 2);
    const keys: string[] = [];
    for await (const key of one!.keys()) keys.push(key);
    expect(keys).toEqual(['mine']);
    expect(await one!.invalidate('*')).toBe(1);
    expect(await other!.get('theirs')).toBe(2);
  });

  it('that ends early, with an error that is only emitted, fails', async () => {
    const adapter = dialect('redis');
    const backend = new KeyvBackend(adapter);
    await backend.set('k', bytes('v'));
    adapter.iterator = async function* () {
      yield [plainKey('k'), ''];
      adapter.emit('error', new Error('cut'));
    };
    const found: string[] = [];
    const all = async (): Promise<void> => {
      for await (const key of backend.scan!('')) found.push(key);
    };
    await expect(all()).rejects.toThrow(CacheBackendError);
    expect(found).toEqual(['k']);
  });
});
