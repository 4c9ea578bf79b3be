import { describe, expect, it } from '@jest/globals';
import { readArguments, type OptionSpecs } from '../../../lib/cli/arguments.js';
import { BENCH_HELP, BENCH_OPTIONS } from '../../../lib/cli/bench/bench.options.js';
import { planOf, type BenchPlan } from '../../../lib/cli/bench/bench-plan.js';
import { makePayload } from '../../../lib/cli/bench/payload.js';
import { serverFacts } from '../../../lib/cli/bench/server-facts.js';

type Env = Record<string, string>;
const plan = (args: string, env: Env = {}): BenchPlan => {
  return planOf(readArguments(args.split(' ').filter(Boolean), BENCH_OPTIONS), env);
};
const URL = '--url redis://127.0.0.1:6390';

describe('planOf', () => {
  it('has the defaults of the help', () => {
    const { settings, isJson, isNamed } = plan(URL);
    expect(settings).toMatchObject({
      backend: 'tiered',
      server: '127.0.0.1:6390/0',
      payloadBytes: 1_024,
      hitRatio: 0.9,
      callers: [1, 64, 512],
      seconds: 5,
      keys: 1_000,
      loadMs: 0,
      codec: 'json',
      compression: 'deflate',
      commandTimeout: 100,
    });
    expect([isJson, isNamed]).toEqual([false, false]);
    const specs: OptionSpecs = BENCH_OPTIONS;
    for (const [name, { value }] of Object.entries(specs)) {
      expect(BENCH_HELP).toContain(`--${name}${value === undefined ? '' : ` ${value}`}`);
    }
  });

  it('has another namespace each time', () => {
    expect(plan(URL).settings.namespace).toMatch(/^nestjs-cached-bench-[0-9a-f]{12}$/);
    expect(plan(URL).settings.namespace).not.toBe(plan(URL).settings.namespace);
  });

  it('reads every option', () => {
    const { settings, options, isNamed, isJson } = plan(
      `${URL} --backend redis --size 2kb --hit-ratio .5 --load-ms 3 --callers 8,2,2 --seconds 0.5 --keys 10 --codec msgpack --compression off --command-timeout 1s --namespace mine --json`,
    );
    expect(settings).toMatchObject({
      backend: 'redis',
      payloadBytes: 2_048,
      hitRatio: 0.5,
      loadMs: 3,
      callers: [2, 8],
      seconds: 0.5,
      keys: 10,
      codec: 'msgpack',
      compression: 'off',
      commandTimeout: 1_000,
      namespace: 'mine',
    });
    expect(options.namespace).toBe('mine');
    expect([isNamed, isJson]).toEqual([true, true]);
  });

  it('takes from the environment what an application would, but for its namespace and its durations', () => {
    const { settings, options } = plan('', {
      REDIS_URL: 'redis://10.0.0.1',
      REDIS_PASSWORD: 'secret',
      CACHE_COMPRESSION: 'gzip',
      CACHE_NAMESPACE: 'shop',
      CACHE_DEFAULT_TTL: '5',
      CACHE_ENABLED: 'false',
      CACHE_JOURNAL_DIRECTORY: '/tmp/journal',
    });
    expect(settings).toMatchObject({ server: '10.0.0.1:6379/0', compression: 'gzip' });
    expect(settings.namespace).not.toBe('shop');
    expect(options.redis?.password).toBe('secret');
    expect(Object.keys(options).sort()).toEqual(['backend', 'compression', 'namespace', 'redis']);
  });

  it('lets a url stand in place of the server of the environment, and of its user', () => {
    const env = { REDIS_HOST: 'other', REDIS_PORT: '1', REDIS_DB: '3', REDIS_USERNAME: 'u', REDIS_PASSWORD: 'secret' };
    expect(plan('--url redis://:own@host', env).options.redis).toEqual({ url: 'redis://:own@host' });
    expect(plan('--url redis://host', env).options.redis).toMatchObject({ username: 'u', password: 'secret' });
  });

  it('needs no server for the memory', () => {
    const { settings, redis } = plan('--backend memory', { REDIS_URL: 'redis://10.0.0.1', CACHE_COMPRESSION: 'gzip' });
    expect(settings.server).toBeUndefined();
    expect(redis).toBeUndefined();
  });

  it.each([
    ['', /Where is the server\?/],
    ['--backend disk', /--backend must be/],
    [`${URL} --seconds abc`, /--seconds must be a number from 0.05 to 60/],
    [`${URL} --seconds 0`, /--seconds/],
    [`${URL} --seconds 61`, /--seconds/],
    [`${URL} --hit-ratio 90`, /--hit-ratio must be a number from 0 to 1/],
    [`${URL} --keys 1.5`, /--keys must be a whole number/],
    [`${URL} --callers 0`, /--callers/],
    [`${URL} --callers 1,,2`, /--callers/],
    [`${URL} --size 1gb`, /--size/],
    [`${URL} --size 1`, /--size/],
    [`${URL} --size 1mb --keys 2000`, /more than 1 GiB/],
    [`${URL} --payload /nosuch/file.json`, /--payload cannot be read: ENOENT/],
    [`${URL} --payload README.md`, /--payload cannot be read: it is not JSON/],
    [`${URL} --payload package.json --size 1kb`, /--payload or --size/],
    [`${URL} --namespace a:b`, /--namespace/],
    [`${URL} --namespace *`, /--namespace/],
    [`${URL} --command-timeout 100`, /--command-timeout must be a duration with its unit/],
    [`${URL} --codec jsn`, /^--codec must be/],
    [`${URL} --compression zip`, /^--compression must be one of/],
    ['--url http://host', /^--url must begin with/],
    ['--url redis://u:hunt#er2@h', /^--url is not a url/],
  ])('refuses %s', (args, message) => {
    expect(() => plan(args)).toThrow(message);
  });

  it.each(['--url redis://u:hunter2@h --keys x', '--url redis://u:hunter2@h/x', '--url http://u:hunter2@h'])(
    'shows no password: %s',
    (args) => {
      let message = 'none';
      try {
        plan(args);
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message).toMatch(/^--/);
      expect(message).not.toContain('hunter2');
    },
  );

  it('names a variable by its own name', () => {
    expect(() => plan('', { REDIS_URL: 'http://host' })).toThrow(/^REDIS_URL must begin with/);
    expect(() => plan('', { REDIS_NODES: 'a:1,b:2' })).toThrow(/cluster/);
  });
});

describe('makePayload', () => {
  it.each([2, 3, 50, 151, 1_024, 10_240, 1_048_576])('is of %d bytes, each time the same', (bytes) => {
    const { value, bytes: said } = makePayload(bytes);
    expect(said).toBe(bytes);
    expect(Buffer.byteLength(JSON.stringify(value))).toBe(bytes);
    expect(makePayload(bytes).value).toEqual(value);
  });
});

describe('serverFacts', () => {
  it('reads what INFO tells', () => {
    const info =
      '# Server\r\nredis_version:7.0.15\r\n# Memory\r\nused_memory:1024\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\ncluster_enabled:0\r\ntracking_clients:2\r\n';
    expect(serverFacts(info)).toEqual({
      version: 'Redis 7.0.15',
      usedMemory: 1_024,
      maxMemory: 0,
      policy: 'noeviction',
      isCluster: false,
      trackingClients: 2,
    });
  });

  it('knows Valkey, and nothing of what is not told', () => {
    expect(serverFacts('redis_version:7.2.4\r\nvalkey_version:8.0.1\r\n')).toEqual({ version: 'Valkey 8.0.1' });
    expect(serverFacts('')).toEqual({});
  });
});
