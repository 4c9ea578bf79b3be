import { describe, expect, it } from '@jest/globals';
import { adviceFor } from '../../../lib/cli/bench/advice.js';
import { bytesText, countText, timeText } from '../../../lib/cli/bench/figures.js';
import type { Report } from '../../../lib/cli/bench/report.js';
import { cleanUpText, reportText } from '../../../lib/cli/bench/table.js';
import { latency, row, settings, sound } from './measured.js';

const versions = { 'nestjs-cached': '0.1.0', Node: '20.20.2' };
const report: Report = { ...sound, versions, interrupted: false, advice: [] };

describe('figures', () => {
  it.each([
    [0, '0'],
    [0.000_41, '0.41 us'],
    [0.0123, '12.3 us'],
    [0.9994, '999 us'],
    [0.9996, '1.00 ms'],
    [12.34, '12.3 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [61_000, '61.0 s'],
  ])('%d ms are %s', (ms, text) => expect(timeText(ms)).toBe(text));

  it('counts and bytes', () => {
    expect([3.149, 99, 1_234_567.8].map(countText)).toEqual(['3.1', '99', '1,234,568']);
    expect([512, 10_240, 3 * 2 ** 20].map(bytesText)).toEqual(['512 B', '10.0 KiB', '3.00 MiB']);
  });
});

describe('reportText', () => {
  it('shows every figure', () => {
    expect(reportText(report)).toMatchInlineSnapshot(`
     "nestjs-cached 0.1.0, Node 20.20.2, 4 cores
     backend tiered on Redis 7.0.15 at 10.0.0.7:6379/0, changes told by tracking
     1,000 values of 1,024 B (generated, codec json, compression deflate), 5 s a row
     getOrSet: hit ratio 0.9, a loader takes 0 ms

     Round trip (PING): 300 us p50, 600 us p99, 1.50 ms max

     operation              callers    ops/s      p50      p90      p99    p99.9      max   busy
     -------------------------------------------------------------------------------------------
     get, from the process        1    2,000  0.50 us  0.75 us  1.00 us  1.50 us  2.50 us  100 %
     get, from Redis              1    2,000   500 us   750 us  1.00 ms  1.50 ms  2.50 ms   40 %
     get, from Redis             64  128,000   500 us   750 us  1.00 ms  1.50 ms  2.50 ms   40 %
     set                          1    2,000   500 us   750 us  1.00 ms  1.50 ms  2.50 ms   40 %
     getOrSet                     1    2,000   500 us   750 us  1.00 ms  1.50 ms  2.50 ms   40 %

     getOrSet with 1 caller: 500 us on average, a hit 1.00 us, a miss 1.20 ms

     Compression (deflate): 9.77 KiB in Redis become 3,000 B (30 %)
       get 500 us without, 550 us with; set 500 us without, 600 us with

     Nothing to change.
     "
    `);
  });

  it('is at most 100 columns wide, however large the figures', () => {
    const rows = sound.rows.map((each) => ({
      ...each,
      callers: 10_000,
      perSecond: 9_999_999,
      failed: 999_999,
      busy: 1,
      latencyMs: { ...latency(0.0999), p999: 0.999, max: 999 },
    }));
    const worst = {
      ...report,
      rows,
      settings: { ...settings, server: 'a-host-with-a-long-name.internal.example.com:16379/15 with TLS' },
    };
    const measured = { ...worst, server: { maxMemory: 0 }, coherence: { asked: 'auto', found: 'pubsub' } } as const;
    const text = reportText({ ...measured, advice: adviceFor(measured) });
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  it('has a column of failures when there are any', () => {
    expect(reportText(report)).not.toContain('failed');
    expect(reportText({ ...report, rows: [row('set', 1, { failed: 7 })] })).toMatch(/failed\n-+\nset .* 7\n/);
  });

  it('says that it was interrupted, and then not that all is well', () => {
    const text = reportText({ ...report, interrupted: true, rows: [] });
    expect(text).toContain('Interrupted');
    expect(text).not.toContain('Nothing to change');
  });
});

describe('cleanUpText', () => {
  it.each([
    [{ removed: 1, left: 0 }, 'Removed 1 key of ns; nothing is left.'],
    [{ removed: 1_200, left: 3 }, 'Removed 1,200 keys of ns; 3 are left.'],
    [{ removed: 0, left: undefined }, 'Removed 0 keys of ns; the server could not be asked what is left.'],
  ])('%j', (cleanUp, text) => expect(cleanUpText(cleanUp, 'ns')).toContain(text));
});
