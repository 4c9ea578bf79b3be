import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { mapLegacyAiOptions } from 'nestjs-cached/ai';

const found = (flat: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(mapLegacyAiOptions(flat).faults.map(({ path, message }) => [path, message]));

describe('mapLegacyAiOptions', () => {
  it('takes flat options apart: those of any cache, and those of an AI cache; seconds become milliseconds', () => {
    const flat = {
      redis_url: 'redis://localhost',
      default_ttl: 3_600,
      text_hash_threshold: 500,
      compression_threshold: 2_000,
      compression_level: 9,
      memory_cache_size: 200,
      text_size_tiers: { small: 300, medium: 3_000, large: 30_000 },
      operation_ttls: { summarize: 60, key_points: 0.5 },
    };
    const generic = { redis: { url: 'redis://localhost' }, ttl: 3_600_000, memory: { maxEntries: 200 } };
    const ai = {
      textHashThreshold: 500,
      compressionThreshold: 2_000,
      compressionLevel: 9,
      sizeTiers: { small: 300, medium: 3_000, large: 30_000 },
      operationTtls: { summarize: 60_000, key_points: 500 },
    };
    expect(mapLegacyAiOptions(flat)).toEqual({ options: { ...ai, cache: generic }, generic, ai, faults: [] });
  });

  it('lets new names stand among the old ones', () => {
    const { options, faults } = mapLegacyAiOptions({
      memory_cache_size: 200,
      memory: { isolation: 'freeze', maxEntries: 200 },
      'redis.url': 'redis://localhost',
      namespace: 'answers',
      prices: { m: { input: 1, output: 2 } },
      default_ttl: undefined,
    });
    expect(faults).toEqual([]);
    expect(options).toEqual({
      prices: { m: { input: 1, output: 2 } },
      cache: {
        memory: { isolation: 'freeze', maxEntries: 200 },
        redis: { url: 'redis://localhost' },
        namespace: 'answers',
      },
    });
  });

  it('reports every contradiction, by both names', () => {
    expect(found({ memory_cache_size: 200, memory: { maxEntries: 300 } })).toEqual({
      memory: 'contradicts `memory_cache_size`: `memory.maxEntries` is 300 here, and 200 there. Give one of them.',
    });
    expect(found({ memory_cache_size: 200, 'memory.maxEntries': 300 })).toEqual({
      'memory.maxEntries':
        'contradicts `memory_cache_size`: `memory.maxEntries` is 300 here, and 200 there. Give one of them.',
    });
    expect(Object.keys(found({ default_ttl: 1, ttl: '5s', text_hash_threshold: 1, textHashThreshold: 2 }))).toEqual([
      'ttl',
      'textHashThreshold',
    ]);
  });

  it('reports what is not known, with what it may have meant', () => {
    expect(found({ defualt_ttl: 1, memory_cach_size: 1, operationTtl: {}, nonsense: 1, TTL: 1 })).toEqual({
      defualt_ttl: 'is no option. Did you mean `default_ttl`?',
      memory_cach_size: 'is no option. Did you mean `memory_cache_size`?',
      operationTtl: 'is no option. Did you mean `operationTtls`?',
      nonsense: 'is no option.',
      TTL: expect.stringContaining('is no option.'),
    });
  });

  it('reports bad values by the name that was given', () => {
    expect(
      Object.keys(
        found({
          default_ttl: -1,
          memory_cache_size: 0,
          operation_ttls: { qa: -1 },
          text_size_tiers: { small: -1 },
          compression_level: 99,
          redis_url: 'http://here',
          ttl: undefined,
        }),
      ).toSorted(),
    ).toEqual([
      'compression_level',
      'default_ttl',
      'memory_cache_size',
      'operation_ttls.qa',
      'redis_url',
      'text_size_tiers.small',
    ]);
  });

  it('never throws, whatever it is given', () => {
    const names = fc.oneof(
      fc.string(),
      fc.constantFrom('memory', 'redis_url', 'redis', 'memory.maxEntries', '__proto__', 'cache'),
    );
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.dictionary(names, fc.anything())), (flat) => {
        expect(Array.isArray(mapLegacyAiOptions(flat as never).faults)).toBe(true);
      }),
    );
  });
});
