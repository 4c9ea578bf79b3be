import { describe, expect, it } from '@jest/globals';
import { cacheOptionsFromEnv } from '../../../lib/config/from-env.js';
import { cacheOptionsPreset, type CachePreset } from '../../../lib/config/presets.js';
import { resolveOptions } from '../../../lib/config/resolved-options.js';
import { validateOptions } from '../../../lib/config/validate-options.js';
import { faultsOf } from './faults-of.js';

const ALL: readonly CachePreset[] = ['development', 'production', 'testing'];

describe('cacheOptionsPreset', () => {
  it.each(ALL)('%s passes the checks of forRoot', (name) => {
    expect(faultsOf(() => validateOptions(cacheOptionsPreset(name)))).toEqual({});
  });

  it('development keeps values for a minute, in memory, and hands out copies', () => {
    const { ttl, backend, memory, freshness } = resolveOptions(cacheOptionsPreset('development'));
    expect({ ttl, backend, memory }).toMatchObject({ ttl: 60_000, backend: 'memory', memory: { isolation: 'clone' } });
    expect(freshness).toMatchObject({ staleWhileRevalidate: 0, staleIfError: 0, refreshAhead: 0, jitter: 0 });
  });

  it('production bridges a failing source and spreads expiry', () => {
    expect(resolveOptions(cacheOptionsPreset('production')).freshness).toMatchObject({
      staleWhileRevalidate: 300_000,
      staleIfError: 3_600_000,
      refreshAhead: 1,
      jitter: 0.1,
    });
  });

  it('testing is small, exact, and stays in the process even where REDIS_URL is set', () => {
    const options = { ...cacheOptionsFromEnv({ REDIS_URL: 'redis://a' }), ...cacheOptionsPreset('testing') };
    const { backend, memory, freshness } = resolveOptions(options);
    expect({ backend, memory }).toMatchObject({
      backend: 'memory',
      memory: { maxEntries: 1_000, maxBytes: 8_388_608 },
    });
    expect(freshness).toMatchObject({ refreshAhead: 0, jitter: 0 });
  });

  it.each(['development', 'production'] as const)('%s leaves the choice of the backend to the environment', (name) => {
    const options = { ...cacheOptionsPreset(name), ...cacheOptionsFromEnv({ REDIS_URL: 'redis://a' }) };
    expect(resolveOptions(options).backend).toBe('tiered');
  });

  it.each(['development', 'production'] as const)('%s stands beside each backend that has an address', (name) => {
    for (const backend of ['redis', 'tiered', 'memory'] as const) {
      const options = { ...cacheOptionsPreset(name), backend, redis: {} };
      expect(faultsOf(() => validateOptions(options))).toEqual({});
    }
  });

  it.each(ALL)('%s is a new object at each call', (name) => {
    const first = cacheOptionsPreset(name);
    first.ttl = 1;
    first.memory = { maxEntries: 1 };
    expect(cacheOptionsPreset(name)).not.toEqual(first);
  });

  it.each([
    ['prod', "must be one of 'development', 'production', 'testing'; got \"prod\"."],
    [
      'prodution',
      "must be one of 'development', 'production', 'testing'; got \"prodution\". Did you mean 'production'?",
    ],
    ['constructor', "must be one of 'development', 'production', 'testing'; got \"constructor\"."],
    [undefined, "must be one of 'development', 'production', 'testing'; got undefined."],
  ])('knows no preset %p', (name, message) => {
    expect(faultsOf(() => cacheOptionsPreset(name as CachePreset))).toEqual({ preset: message });
  });
});
