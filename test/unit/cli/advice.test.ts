import { describe, expect, it } from '@jest/globals';
import { adviceFor } from '../../../lib/cli/bench/advice.js';
import type { Measured } from '../../../lib/cli/bench/report.js';
import { latency, row, settings, sound } from './measured.js';

const changes = (measured: Partial<Measured>): string[] =>
  adviceFor({ ...sound, ...measured }).map(({ change }) => change);
const because = (measured: Partial<Measured>): string =>
  adviceFor({ ...sound, ...measured })
    .map((advice) => advice.because)
    .join('\n');
const packing = sound.compression!;

describe('adviceFor', () => {
  it('is silent where nothing speaks for a change', () => {
    expect(adviceFor(sound)).toEqual([]);
  });

  it('is silent about a server that it knows nothing of', () => {
    expect(changes({ server: {} })).toEqual([]);
    const { machine, rows, troubles } = sound;
    expect(adviceFor({ settings, machine, rows, troubles })).toEqual([]);
  });

  it('begins with errors, and names the most frequent one', () => {
    const measured = {
      rows: [row('set', 1, { failed: 3 })],
      troubles: { rare: 1, 'set: READONLY': 3 },
      server: { maxMemory: 0 },
    };
    expect(changes(measured)[0]).toBe('look at the errors first');
    expect(because(measured)).toContain('3 of 10,000 calls failed');
    expect(because(measured)).toContain('(3 times): set: READONLY');
    expect(changes({ rows: [row('set', 1, { failed: 1 })] })).toEqual(['look at the errors first']);
    expect(changes({ troubles: { 'given up for a while': 1 } })).toEqual(['look at the errors first']);
    expect(because({ troubles: { 'set: too late': 1 } })).toMatch(/^No call failed, .* \(1 time\): set: too late$/);
  });

  it('mistrusts figures of a machine that is busy with something else', () => {
    expect(changes({ machine: { cores: 2, load: 12.3 } })).toEqual(['measure again on a quiet machine']);
    expect(because({ machine: { cores: 2, load: 12.3 } })).toContain('12.3 processes wanted one of the 2 cores');
    expect(changes({ machine: { cores: 2, load: 2 } })).toEqual([]);
  });

  it('wants a maxmemory, and a policy that makes room', () => {
    expect(changes({ server: { maxMemory: 0, policy: 'noeviction' } })).toEqual([
      'server: maxmemory, with maxmemory-policy allkeys-lru (or allkeys-lfu)',
    ]);
    const full = { server: { maxMemory: 2 ** 30, usedMemory: 2 ** 29, policy: 'noeviction' } };
    expect(changes(full)).toEqual(['server: maxmemory-policy allkeys-lru (or allkeys-lfu)']);
    expect(because(full)).toContain('1024 MiB (50 % used now)');
  });

  it('wants a commandTimeout above four round trips, and twice what the slowest in a thousand takes', () => {
    expect(changes({ roundTripMs: latency(15) })).toEqual([
      "redis: { commandTimeout: '150ms' }, or fewer callers a process",
    ]);
    const slow = { rows: [row('set', 8, { latencyMs: latency(20) })] };
    expect(changes(slow)).toEqual(["redis: { commandTimeout: '150ms' }, or fewer callers a process"]);
    expect(because(slow)).toContain('set takes 60.0 ms (p99.9) with 8 callers; the limit is 100 ms.');
    expect(changes({ ...slow, settings: { ...settings, commandTimeout: 150 } })).toEqual([]);
  });

  it('takes no loader, no process at its limit and no single call for a slow server', () => {
    expect(changes({ rows: [row('set', 1, { latencyMs: latency(200), calls: 999 })] })).toEqual([]);
    expect(changes({ rows: [row('getOrSet', 1, { latencyMs: latency(200) })] })).toEqual([]);
    expect(changes({ rows: [row('set', 512, { latencyMs: latency(200), busy: 0.99 })] })).toEqual([]);
  });

  it('wants two tiers where a round trip is long, and says what they save', () => {
    const far = { roundTripMs: latency(1.8), rows: [row('get, from Redis', 1, { latencyMs: latency(1.9) })] };
    expect(changes({ ...far, settings: { ...settings, backend: 'redis' } })).toEqual(["backend: 'tiered'"]);
    expect(because({ ...far, settings: { ...settings, backend: 'redis' } })).toContain('that saves the 1.90 ms');
    expect(changes(far)).toEqual([]);
    expect(changes({ settings: { ...settings, backend: 'redis' } })).toEqual([]);
  });

  it('reckons what a low hit ratio costs', () => {
    const hits = { calls: 5_000, meanMs: 1 };
    const misses = { calls: 5_000, meanMs: 3 };
    const low = { settings: { ...settings, hitRatio: 0.5 }, rows: [row('getOrSet', 1, { hits, misses })] };
    expect(because(low)).toBe(
      'At a hit ratio of 50 % a call takes 2.00 ms on average: 1.00 ms a hit, 3.00 ms a miss. With 75 % it would be 1.50 ms.',
    );
    expect(changes({ ...low, settings: { ...settings, hitRatio: 0.8 } })).toEqual([]);
  });

  it('weighs compression by what it saves and costs', () => {
    const useless = { ...packing, packedBytes: 9_900, packed: { getMs: 0.8, setMs: 0.8 } };
    expect(changes({ compression: useless })).toEqual(['compression: false']);
    expect(because({ compression: useless })).toContain('deflate makes 9,900 B of 9.77 KiB (99 %)');
    const dear = { ...packing, packedBytes: 6_000, packed: { getMs: 1.2, setMs: 1.2 } };
    expect(changes({ compression: dear })).toEqual(['compression: false']);
    // Slower, and much smaller: the network and the memory decide, not this measurement.
    expect(changes({ compression: { ...packing, packed: { getMs: 0.9, setMs: 0.9 } } })).toEqual([]);
  });

  it('wants compression where it costs nothing', () => {
    const off = { settings: { ...settings, compression: 'off' } };
    const free = { ...packing, packed: { getMs: 0.4, setMs: 0.4 } };
    expect(changes({ ...off, compression: free })).toEqual(["compression: { algorithm: 'deflate' }"]);
    expect(changes({ ...off, compression: packing })).toEqual([]);
    expect(changes({ ...off, compression: { ...free, packedBytes: 9_900 } })).toEqual([]);
  });

  it('says when the server tells nothing of changes, unless messages were asked for', () => {
    expect(changes({ coherence: { asked: 'auto', found: 'pubsub' } })).toEqual([
      'the rights +client|id +client|tracking &__redis__:invalidate, or a server that has CLIENT TRACKING',
    ]);
    expect(changes({ coherence: { asked: 'pubsub', found: 'pubsub' } })).toEqual([]);
    expect(changes({ coherence: { asked: 'auto', found: 'unknown' } })).toEqual([]);
  });

  it('says when the process is the limit: busy, and no faster with more callers', () => {
    const rows = [
      row('get, from Redis', 1),
      row('get, from Redis', 64, { busy: 0.98, perSecond: 50_000 }),
      row('get, from Redis', 512, { busy: 1, perSecond: 51_000 }),
    ];
    expect(changes({ rows })).toEqual(['more processes, not more callers a process']);
    expect(because({ rows })).toContain('At 64 callers this process is busy 98 % of the time with 50,000 reads/s');
    expect(changes({ rows: [rows[0]!, rows[1]!, { ...rows[2]!, perSecond: 90_000 }] })).toEqual([]);
  });
});
