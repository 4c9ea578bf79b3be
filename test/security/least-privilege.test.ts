import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { closeRedis } from '../../lib/backends/redis/redis-client.js';
import type { InvalidationBus } from '../../lib/contracts/invalidation-bus.js';
import type { Coherence } from '../../lib/contracts/options.js';
import type { CacheManager } from '../../lib/core/cache-manager.js';
import { messageOf } from '../../lib/support/message-of.js';
import { documentedRules, optionalRules } from '../support/docs-acl.js';
import { until } from '../support/deferred.js';
import { everyStore } from '../support/every-store.js';
import { shortcomings } from './exercise.js';

const { makeCache, redis } = everyStore();

let admin: Redis;
beforeAll(() => {
  admin = new Redis(redis().url, { retryStrategy: () => null });
});
afterAll(() => closeRedis(admin));

/** What ioredis says on the console when it may not ask. */
const warnings: string[] = [];
beforeEach(() => {
  warnings.length = 0;
  jest.spyOn(console, 'warn').mockImplementation((text: unknown) => void warnings.push(String(text)));
});
afterEach(() => void jest.restoreAllMocks());

async function grant(rules: readonly string[]): Promise<void> {
  await admin.flushall();
  await admin.script('FLUSH');
  await admin.call('ACL', 'SETUSER', 'cache', 'reset', ...rules);
  await admin.call('ACL', 'LOG', 'RESET');
}

/** Whether the process hears of changes, and how. */
function busOf(cache: CacheManager): InvalidationBus {
  interface Primary {
    readonly far: { readonly parts: { readonly fleet: { readonly bus: InvalidationBus } } };
  }
  const { primary } = cache.cache.parts.store as unknown as { primary: Primary };
  return primary.far.parts.fleet.bus;
}

/** What two caches of that user cannot do, or are told they may not. */
async function troubles(rules: readonly string[], coherence: Coherence): Promise<string[]> {
  await grant(rules);
  const errors: string[] = [];
  const open = async (): Promise<CacheManager> => {
    const cache = await makeCache({
      namespace: 'shop',
      lease: { ttl: 300, waitTimeout: 1_000 },
      redis: {
        host: '127.0.0.1',
        port: redis().port,
        username: 'cache',
        password: 'secret',
        commandTimeout: '2s',
        coherence,
      },
    });
    cache.on('error', ({ operation, error }) => void errors.push(`${operation}: ${messageOf(error)}`));
    return cache;
  };
  const [one, other] = [await open(), await open()];
  const modes = [one, other].map(busOf);
  await Promise.race([until(() => modes.every(({ connected }) => connected)), wait(500)]).catch(() => {});
  const wanted = coherence === 'auto' ? 'tracking' : coherence;
  const degraded = modes.filter(({ mode }) => mode !== wanted).map(({ mode }) => `coherence by ${mode}`);
  return [...degraded, ...(await shortcomings({ one, other, errors })), ...warnings];
}

/** What the server has refused the user. ioredis introduces itself in vain: that is no part of what a cache does. */
async function refused(): Promise<string[]> {
  const log = (await admin.call('ACL', 'LOG')) as unknown[][];
  return log.map((entry) => String(entry[entry.indexOf('object') + 1])).filter((object) => object !== 'client|setinfo');
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('the user of docs/security.md', () => {
  it.each(['auto', 'tracking', 'pubsub'] as const)('may do everything that a cache does: %s', async (coherence) => {
    expect(await troubles(documentedRules(), coherence)).toEqual([]);
    expect(await refused()).toEqual([]);
  });

  it.each(['url', 'options', 'url and options'])('is let in by its name and password: %s', async (kind) => {
    const password = 'a:b/c@d#e?f%25 "\'';
    await grant(documentedRules().map((rule) => (rule.startsWith('>') ? `>${password}` : rule)));
    const address = `127.0.0.1:${redis().port}`;
    const login = { username: 'cache', password };
    const ways = {
      url: { url: `redis://cache:${encodeURIComponent(password)}@${address}` },
      options: { host: '127.0.0.1', port: redis().port, ...login },
      'url and options': { url: `redis://${address}`, ...login },
    };
    const cache = await makeCache({ namespace: 'shop', redis: { ...ways[kind as 'url'], commandTimeout: '2s' } });
    expect(await cache.set('key', 'value')).toBe(true);
    // What reads and writes, and what listens.
    await until(() => busOf(cache).connected);
    expect(String(await admin.client('LIST')).match(/ user=cache /g)).toHaveLength(2);
  });

  it('may touch nothing else', async () => {
    await grant(documentedRules());
    const may = async (...call: string[]): Promise<unknown> => admin.call('ACL', 'DRYRUN', 'cache', ...call);
    expect(await may('get', 'shop:v:{a}')).toBe('OK');
    for (const key of ['other', 'shopping', 'shop', 'other:shop:v:{a}']) expect(await may('get', key)).not.toBe('OK');
    for (const call of [['flushall'], ['keys', '*'], ['config', 'get', '*'], ['script', 'flush'], ['client', 'list']]) {
      expect(await may(...call)).not.toBe('OK');
    }
  });
});

const rights = documentedRules().filter((rule) => /^[~&+]/.test(rule));
const without = (right: string): string[] => documentedRules().filter((rule) => rule !== right);

describe('without one of its rights something fails, or is told of', () => {
  it.each(rights.filter((right) => !optionalRules().has(right)))(
    '%s',
    async (right) => {
      expect(await troubles(without(right), 'auto')).not.toEqual([]);
    },
    60_000,
  );
});

describe('without one that is documented as optional all goes on, and the server notes what it refuses', () => {
  it.each(rights.filter((right) => optionalRules().has(right)))(
    '%s',
    async (right) => {
      expect(await troubles(without(right), 'pubsub')).toEqual([]);
      expect(await refused()).not.toEqual([]);
    },
    60_000,
  );
});

describe('what is documented as optional', () => {
  it('can be given to a user', async () => {
    expect([...optionalRules().keys()].filter((rule) => !rights.includes(rule))).toEqual([
      '+select',
      '+client|setinfo',
      '+acl|whoami',
      '+acl|dryrun',
      '+acl|getuser',
    ]);
    // Redis knows CLIENT SETINFO from 7.2 on.
    const known = [...optionalRules().keys()].filter((rule) => rule !== '+client|setinfo');
    await grant([...documentedRules(), ...known]);
    expect(await troubles([...documentedRules(), ...known], 'auto')).toEqual([]);
  });
});
