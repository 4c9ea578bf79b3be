import type { OptionSpecs } from '../arguments.js';
import { optionsHelp } from '../help.js';

export const BENCH_OPTIONS = {
  url: { value: 'redis://...', help: 'the server; also rediss://, valkey://, unix://. Default: REDIS_URL' },
  backend: { value: 'tiered', help: 'tiered, redis or memory' },
  size: { value: '1kb', help: 'of one value, as JSON' },
  payload: { value: 'value.json', help: 'a value of your own instead, as JSON' },
  'hit-ratio': { value: '0.9', help: 'of getOrSet, 0 to 1' },
  'load-ms': { value: '0', help: 'how long a loader takes that a miss runs, in milliseconds' },
  callers: { value: '1,64,512', help: 'how many call at the same time; each row is measured with each' },
  seconds: { value: '5', help: 'a row, 0.05 to 60' },
  keys: { value: '1000', help: 'how many' },
  codec: { value: 'json', help: 'json or msgpack' },
  compression: { value: 'deflate', help: 'deflate, gzip, brotli, zstd or off' },
  'command-timeout': { value: '100ms', help: 'how long one call may wait for Redis' },
  namespace: { value: 'name', help: 'prefix of all keys, empty before the run. Default: nestjs-cached-bench-<random>' },
  json: { help: 'prints JSON' },
  help: { help: 'this text' },
} satisfies OptionSpecs;

export type BenchOption = keyof typeof BENCH_OPTIONS;

export const BENCH_HELP = optionsHelp(
  `Usage: nestjs-cached bench --url redis://... [options]

Measures reads, writes and getOrSet through a CacheManager on your server, with values like yours,
and says what to change. It writes keys of a namespace of its own, removes them at the end, and
touches no others.`,
  BENCH_OPTIONS,
  `REDIS_URL, REDIS_PASSWORD, REDIS_TLS, CACHE_COMPRESSION and the other variables of
cacheOptionsFromEnv() count too; an option goes before its variable. A password in REDIS_URL or
REDIS_PASSWORD is not in the list of processes. A certificate authority of your own:
NODE_EXTRA_CA_CERTS=ca.pem.

Exit codes: 0 measured, 1 could not be done, 2 the command line cannot be meant, 130 interrupted.`,
);
