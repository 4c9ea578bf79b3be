import { randomBytes } from 'node:crypto';
import { describeAddress } from '../../config/describe-options.js';
import { resolveOptions, type ResolvedOptions } from '../../config/resolved-options.js';
import type { ResolvedRedis } from '../../config/resolved-redis.js';
import type { CacheModuleOptions } from '../../contracts/options.js';
import { tryParseBytes } from '../../support/byte-size.js';
import type { Arguments } from '../arguments.js';
import { UsageError } from '../usage-error.js';
import type { BenchOption } from './bench.options.js';
import { cacheOptions, isBackend } from './cache-options.js';
import { makePayload, readPayload, type Payload } from './payload.js';
import type { Settings } from './report.js';

/** What is going to be measured. */
export interface BenchPlan {
  readonly settings: Settings;
  /** Of the cache. */
  readonly options: CacheModuleOptions;
  readonly resolved: ResolvedOptions;
  readonly redis: ResolvedRedis | undefined;
  readonly payload: Payload;
  /** Whether the namespace was named: then it may hold somebody's keys. */
  readonly isNamed: boolean;
  readonly isJson: boolean;
}

const MAX_SIZE = 64 * 2 ** 20;
/** Of all values together: a mistyped number shall not fill a server. */
const MAX_TOTAL = 2 ** 30;
const MAX_CALLERS = 10_000;
const NAMESPACE = /^[A-Za-z0-9_.-]{1,80}$/;

type Values = ReadonlyMap<BenchOption, string>;

/** @throws UsageError naming the option. */
export function planOf(args: Arguments, env: Readonly<Record<string, string | undefined>>): BenchPlan {
  // They were read by BENCH_OPTIONS.
  const values = args.values as Values;
  const named = values.get('namespace');
  if (named !== undefined && !NAMESPACE.test(named)) {
    throw new UsageError('--namespace must be up to 80 of A-Z a-z 0-9 _ . -');
  }
  const namespace = named ?? `nestjs-cached-bench-${randomBytes(6).toString('hex')}`;
  const backend = values.get('backend') ?? env['CACHE_BACKEND'] ?? 'tiered';
  if (!isBackend(backend)) throw new UsageError('--backend must be tiered, redis or memory.');
  const numbers = {
    hitRatio: numberOf(values, 'hit-ratio', 0.9, [0, 1]),
    loadMs: numberOf(values, 'load-ms', 0, [0, 10_000]),
    seconds: numberOf(values, 'seconds', 5, [0.05, 60]),
    keys: wholeNumberOf(values, 'keys', 1_000, [1, 1_000_000]),
    callers: callersOf(values.get('callers') ?? '1,64,512'),
  };
  const options = { ...cacheOptions(values, env, backend), namespace };
  const resolved = resolveOptions(options);
  const payload = payloadOf(values);
  if (payload.bytes * numbers.keys > MAX_TOTAL) {
    throw new UsageError('--keys times --size is more than 1 GiB. Use fewer keys or a smaller size.');
  }
  const { redis, codec, compression } = resolved;
  const onServer = redis && { server: describeAddress(redis), commandTimeout: redis.commandTimeout };
  return {
    settings: {
      backend,
      ...onServer,
      namespace,
      payloadBytes: payload.bytes,
      payload: payload.source,
      ...numbers,
      codec: typeof codec === 'string' ? codec : codec.name,
      compression: compression.algorithm ?? 'off',
    },
    options,
    resolved,
    redis,
    payload,
    isNamed: named !== undefined,
    isJson: args.switches.has('json'),
  };
}

function payloadOf(values: Values): Payload {
  const [path, size] = [values.get('payload'), values.get('size')];
  if (path !== undefined && size !== undefined) throw new UsageError('Give --payload or --size, not both.');
  if (path !== undefined) return readPayload(path);
  const bytes = tryParseBytes(/^\d+$/.test(size ?? '') ? Number(size) : (size ?? '1kb'));
  if (bytes === undefined || bytes < 2 || bytes > MAX_SIZE) {
    throw new UsageError('--size must be 2 bytes to 64mb, such as 512b, 1kb or 2mb.');
  }
  return makePayload(bytes);
}

function callersOf(text: string): number[] {
  const numbers = text.split(',').map(Number);
  const isSound = numbers.every((each) => Number.isInteger(each) && each >= 1 && each <= MAX_CALLERS);
  if (!isSound || numbers.length > 10) {
    throw new UsageError(`--callers must be up to 10 whole numbers from 1 to ${MAX_CALLERS}, such as 1,64,512.`);
  }
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function wholeNumberOf(values: Values, name: BenchOption, usual: number, range: readonly [number, number]): number {
  const number = numberOf(values, name, usual, range);
  if (!Number.isInteger(number)) throw new UsageError(`--${name} must be a whole number.`);
  return number;
}

function numberOf(values: Values, name: BenchOption, usual: number, [least, most]: readonly [number, number]): number {
  const text = values.get(name);
  if (text === undefined) return usual;
  const number = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
  // Also not NaN.
  if (!(number >= least && number <= most))
    throw new UsageError(`--${name} must be a number from ${least} to ${most}.`);
  return number;
}
