import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { CacheConfigError } from 'nestjs-cached';
import {
  aiCacheOptionsFromEnv,
  aiCacheOptionsFromFile,
  aiCacheOptionsPreset,
  type AiCacheOptions,
} from 'nestjs-cached/ai';
import { cacheOptionsOf } from '../../../../lib/ai/options/cache-options-of.js';
import { resolveAiOptions } from '../../../../lib/ai/options/resolved-ai-options.js';

function faultsOf(work: () => unknown): Record<string, string> {
  try {
    work();
    return {};
  } catch (error) {
    if (!(error instanceof CacheConfigError)) throw error;
    return Object.fromEntries(error.faults.map(({ path, message }) => [path, message]));
  }
}

const faults = (options: unknown): Record<string, string> =>
  faultsOf(() => resolveAiOptions(options as AiCacheOptions));

describe('the options of an AI cache', () => {
  it('have defaults', () => {
    expect(resolveAiOptions({})).toEqual({
      operationTtls: new Map([
        ['summarize', 7_200_000],
        ['sentiment', 86_400_000],
        ['keypoints', 7_200_000],
        ['questions', 3_600_000],
        ['qa', 1_800_000],
      ]),
      textHashThreshold: 1_000,
      maxTextLength: 50_000_000,
      sizeTiers: { small: 500, medium: 5_000, large: 50_000 },
      prices: {},
      currency: undefined,
      tenantRequired: false,
      ignore: [],
      storeToolCalls: false,
    });
  });

  it('may all be given, and undefined is not given', () => {
    const options: AiCacheOptions = {
      name: 'chats',
      isGlobal: false,
      cache: {
        ttl: '1h',
        redis: { url: 'redis://localhost' },
        memory: { maxEntries: 5 },
        compression: { algorithm: 'gzip' },
      },
      operationTtls: { 'Key-Points': '5m', translate: 0 },
      textHashThreshold: 0,
      maxTextLength: 10,
      sizeTiers: { small: 1, medium: undefined as never },
      memoryTiers: [],
      compressionThreshold: '2kb',
      compressionLevel: 9,
      prices: { 'gpt-x': { input: 0.5, output: 1.5 } },
      currency: 'USD',
      tenant: { required: true },
      ignore: ['user', 'metadata.requestId'],
      storeToolCalls: true,
    };
    expect(resolveAiOptions(options)).toMatchObject({ sizeTiers: { small: 1, medium: 5_000 }, tenantRequired: true });
    expect(resolveAiOptions(options).operationTtls.get('keypoints')).toBe(300_000);
    const { memory, compression, logKeys } = cacheOptionsOf(options);
    expect(compression).toEqual({ threshold: '2kb', level: 9, algorithm: 'gzip' });
    expect(memory).toMatchObject({ maxEntries: 5 });
    expect(memory!.admit!('qa:small:-:"a":-:-')).toBe(false);
    expect(logKeys).toBe('digest');
    expect(resolveAiOptions(Object.fromEntries(Object.keys(options).map((name) => [name, undefined])))).toEqual(
      resolveAiOptions({}),
    );
  });

  it.each<[string, unknown, RegExp]>([
    ['name', ' ', /must not be empty/],
    ['isGlobal', 1, /true or false/],
    ['cache', 5, /object of options; got a number/],
    ['operationTtls', [], /object of durations/],
    ['textHashThreshold', -1, /whole number of 0 or more; got -1/],
    ['textHashThreshold', 1.5, /whole number/],
    ['maxTextLength', 0, /whole number of 1 or more/],
    ['sizeTiers', 5, /object of options/],
    ['sizeTiers', { small: 6_000 }, /must not fall from small to medium to large; they are 6000, 5000 and 50000/],
    ['memoryTiers', 'small', /must be an array/],
    ['memoryTiers', ['smal'], /\[0\] must be one of .*Did you mean 'small'/],
    ['compressionThreshold', -1, /number of bytes|0 or more/],
    ['compressionLevel', 23, /from 0 to 22/],
    ['prices', 5, /object of prices by model/],
    ['prices', { m: 5 }, /"m" must be \{ input, output \}/],
    ['prices', { m: { input: 1 } }, /output must be a price per million tokens/],
    ['prices', { m: { input: -1, output: 1 } }, /input must be a price/],
    ['prices', { m: { input: 1, output: 1, cached: 1 } }, /members other than/],
    ['currency', 5, /must be a string/],
    ['tenant', true, /object of options/],
    ['ignore', ['a..b'], /\[0\] must be a path/],
    ['storeToolCalls', 'yes', /true or false/],
    ['prices', null, /got null/],
  ])('%s: %p is refused', (path, value, message) => {
    const found = faults({ [path]: value });
    expect(Object.keys(found)).toEqual([path]);
    expect(found[path]).toMatch(message);
  });

  it('are refused below, by their path', () => {
    expect(
      faults({ sizeTiers: { small: -1, smal: 1 }, tenant: { require: true }, cache: { ttl: -1, name: 'a' } }),
    ).toEqual({
      'sizeTiers.small': expect.stringContaining('whole number'),
      'sizeTiers.smal': 'is no option. Did you mean `sizeTiers.small`?',
      'tenant.require': 'is no option. Did you mean `tenant.required`?',
      'cache.name': expect.stringContaining('must stand beside `cache`'),
      'cache.ttl': expect.stringContaining('must be a duration'),
    });
  });

  it('that are none are refused, with a hint', () => {
    expect(faults({ operationTtl: {}, redis: {}, maxEntries: 1, nonsense: 1 })).toEqual({
      operationTtl: 'is no option. Did you mean `operationTtls`?',
      redis: 'is no option. Did you mean `cache.redis`?',
      maxEntries: 'is no option. Did you mean `cache.memory.maxEntries`?',
      nonsense: 'is no option.',
    });
  });

  it('that cannot hold together are refused', () => {
    expect(faults({ cache: { compression: { level: 1 } }, compressionLevel: 2 })).toEqual({
      compressionLevel: 'cannot stand beside `cache.compression.level`: say it once.',
    });
    expect(
      Object.keys(faults({ cache: { compression: false }, compressionThreshold: 1, compressionLevel: 2 })),
    ).toEqual(['compressionThreshold', 'compressionLevel']);
    expect(faults({ cache: { compression: false } })).toEqual({});
    expect(Object.keys(faults({ compressionLevel: 12 }))).toEqual(['cache.compression.level']);
    expect(Object.keys(faults({ cache: { backend: 'redis' } }))).toEqual(['cache.backend']);
  });
});

describe('aiCacheOptionsFromEnv', () => {
  it('reads AI_CACHE_*, with seconds for durations', () => {
    const env = {
      AI_CACHE_NAME: 'chats',
      AI_CACHE_TTL_SUMMARIZE: '60',
      AI_CACHE_TTL_KEY_POINTS: '5m',
      AI_CACHE_TEXT_HASH_THRESHOLD: '500',
      AI_CACHE_MAX_TEXT_LENGTH: '1000',
      AI_CACHE_SIZE_TIER_SMALL: '100',
      AI_CACHE_SIZE_TIER_MEDIUM: '200',
      AI_CACHE_SIZE_TIER_LARGE: '300',
      AI_CACHE_MEMORY_TIERS: 'small, large',
      AI_CACHE_COMPRESSION_THRESHOLD: '2kb',
      AI_CACHE_COMPRESSION_LEVEL: '9',
      AI_CACHE_CURRENCY: 'EUR',
      AI_CACHE_TENANT_REQUIRED: 'yes',
      AI_CACHE_IGNORE: 'user,metadata.id',
      AI_CACHE_STORE_TOOL_CALLS: 'false',
      AI_CACHE_DEFAULT_TTL: '120',
      AI_CACHE_MAX_ENTRIES: '50',
      AI_CACHE_REDIS_URL: 'redis://ai:6379',
      REDIS_URL: 'redis://other:6379',
      CACHE_DEFAULT_TTL: '5',
      AI_CACHE_LEVEL: '',
      AI_CACHE_PROGRAM_OF_OTHERS: '1',
    };
    const options = aiCacheOptionsFromEnv(env);
    expect(options).toEqual({
      name: 'chats',
      operationTtls: { summarize: 60_000, key_points: 300_000 },
      textHashThreshold: 500,
      maxTextLength: 1_000,
      sizeTiers: { small: 100, medium: 200, large: 300 },
      memoryTiers: ['small', 'large'],
      compressionThreshold: 2_048,
      compressionLevel: 9,
      currency: 'EUR',
      tenant: { required: true },
      ignore: ['user', 'metadata.id'],
      storeToolCalls: false,
      cache: { ttl: 120_000, memory: { maxEntries: 50 }, redis: { url: 'redis://ai:6379' } },
    });
    expect(faults(options)).toEqual({});
  });

  it('takes the Redis of the application where it has none of its own', () => {
    expect(aiCacheOptionsFromEnv({ REDIS_URL: 'redis://a', CACHE_DEFAULT_TTL: '5' })).toEqual({
      cache: { redis: { url: 'redis://a' } },
    });
    expect(aiCacheOptionsFromEnv({})).toEqual({});
  });

  it('lists every bad variable by the name that was set', () => {
    const found = faultsOf(() =>
      aiCacheOptionsFromEnv({
        AI_CACHE_TTL_QA: 'soon',
        AI_CACHE_TEXT_HASH_TRESHOLD: '1',
        AI_CACHE_MAX_TEXT_LENGTH: '0',
        AI_CACHE_MEMORY_TIERS: 'tiny',
        AI_CACHE_DEFAULT_TTL: 'later',
        AI_CACHE_DEFALT_TTL: '1',
        AI_CACHE_JITTER: '2',
        AI_CACHE_REDIS_PASSWORD: 'secret',
        AI_CACHE_REDIS_URL: 'http://secret',
      }),
    );
    expect(Object.keys(found).toSorted()).toEqual([
      'AI_CACHE_DEFALT_TTL',
      'AI_CACHE_DEFAULT_TTL',
      'AI_CACHE_JITTER',
      'AI_CACHE_MAX_TEXT_LENGTH',
      'AI_CACHE_MEMORY_TIERS',
      'AI_CACHE_REDIS_URL',
      'AI_CACHE_TEXT_HASH_TRESHOLD',
      'AI_CACHE_TTL_QA',
    ]);
    expect(found['AI_CACHE_TEXT_HASH_TRESHOLD']).toContain('AI_CACHE_TEXT_HASH_THRESHOLD');
    expect(found['AI_CACHE_DEFALT_TTL']).toBe('is not known. Did you mean AI_CACHE_DEFAULT_TTL?');
    expect(JSON.stringify(found)).not.toContain('secret');
  });
});

describe('aiCacheOptionsFromFile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ai-options-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it('reads JSON and YAML', () => {
    const yaml = 'operationTtls:\n  qa: 10m\nprices:\n  gpt-x: { input: 1, output: 2 }\ncache:\n  ttl: 1h\n';
    const expected = {
      operationTtls: { qa: '10m' },
      prices: { 'gpt-x': { input: 1, output: 2 } },
      cache: { ttl: '1h' },
    };
    expect(aiCacheOptionsFromFile(file('a.yaml', yaml))).toEqual(expected);
    expect(aiCacheOptionsFromFile(file('a.json', JSON.stringify(expected)))).toEqual(expected);
  });

  it('names the file and the fault', () => {
    const path = file('b.json', '{ "textHashThreshold": "many", "cache": { "ttl": -1 } }');
    const found = faultsOf(() => aiCacheOptionsFromFile(path));
    expect(Object.keys(found)).toEqual(['textHashThreshold', 'cache.ttl']);
    expect(found['cache.ttl']).toContain(`(In ${path}.)`);
    const array = file('c.json', '[]');
    expect(faultsOf(() => aiCacheOptionsFromFile(array))).toEqual({ [array]: expect.stringContaining('an array') });
  });
});

describe('aiCacheOptionsPreset', () => {
  it.each(['development', 'production', 'testing'] as const)('%s is valid, and a new object each time', (preset) => {
    expect(faults(aiCacheOptionsPreset(preset))).toEqual({});
    expect(aiCacheOptionsPreset(preset)).not.toBe(aiCacheOptionsPreset(preset));
  });

  it('renews nothing ahead of time in production: that is paid for', () => {
    const { cache } = aiCacheOptionsPreset('production');
    expect(cache).toEqual({ ttl: '1h', staleIfError: '1h', jitter: 0.1 });
  });

  it('refuses another name', () => {
    expect(Object.keys(faultsOf(() => aiCacheOptionsPreset('prodution' as never)))).toEqual(['preset']);
  });
});
