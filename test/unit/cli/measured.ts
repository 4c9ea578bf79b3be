import type { Latency, Measured, Row, RowName, Settings } from '../../../lib/cli/bench/report.js';

/** Milliseconds; the tail grows as tails do. */
export const latency = (p50: number): Latency => ({
  mean: p50,
  p50,
  p90: 1.5 * p50,
  p99: 2 * p50,
  p999: 3 * p50,
  max: 5 * p50,
});

export const row = (name: RowName, callers: number, more: Partial<Row> = {}): Row => ({
  name,
  callers,
  calls: 10_000,
  perSecond: 2_000 * callers,
  latencyMs: latency(0.5),
  failed: 0,
  busy: 0.4,
  ...more,
});

export const settings: Settings = {
  backend: 'tiered',
  server: '10.0.0.7:6379/0',
  namespace: 'nestjs-cached-bench-0123456789ab',
  payloadBytes: 1_024,
  payload: 'generated',
  hitRatio: 0.9,
  callers: [1, 64],
  seconds: 5,
  keys: 1_000,
  loadMs: 0,
  codec: 'json',
  compression: 'deflate',
  commandTimeout: 100,
};

/** Of a server and an application that nothing is to be said about. */
export const sound: Measured = {
  settings,
  machine: { cores: 4, load: 1.5 },
  server: { version: 'Redis 7.0.15', maxMemory: 2 ** 30, usedMemory: 2 ** 20, policy: 'allkeys-lru' },
  coherence: { asked: 'auto', found: 'tracking' },
  roundTripMs: latency(0.3),
  rows: [
    row('get, from the process', 1, { latencyMs: latency(0.0005), busy: 1 }),
    row('get, from Redis', 1),
    row('get, from Redis', 64),
    row('set', 1),
    row('getOrSet', 1, { hits: { calls: 9_000, meanMs: 0.001 }, misses: { calls: 1_000, meanMs: 1.2 } }),
  ],
  compression: {
    algorithm: 'deflate',
    plainBytes: 10_000,
    packedBytes: 3_000,
    plain: { getMs: 0.5, setMs: 0.5 },
    packed: { getMs: 0.55, setMs: 0.6 },
  },
  troubles: {},
};
