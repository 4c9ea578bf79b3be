import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Report } from '../../../lib/cli/bench/report.js';
import { runProgram } from '../../../lib/cli/program.js';
import { documentedRules } from '../../support/docs-acl.js';
import { eventually } from '../../support/eventually.js';
import { freePort, startRedis, type RunningRedis } from '../../support/redis-server.js';
import { FakeTerminal } from './fake-terminal.js';

// A run takes a second or two, on a busy machine ten.
jest.setTimeout(60_000);

let server: RunningRedis;
let admin: Redis;
beforeAll(async () => {
  server = await startRedis();
  admin = new Redis(server.url);
});
afterAll(async () => {
  admin.disconnect();
  await server.stop();
});

/** Beside other tests 100 ms are nothing. */
const QUICK = ['--callers', '1,4', '--keys', '20', '--command-timeout', '2s'];

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function bench(args: readonly string[], terminal = new FakeTerminal()): Promise<Ended> {
  const seconds = args.includes('--seconds') ? [] : ['--seconds', '0.05'];
  const code = await runProgram(['bench', ...QUICK, ...seconds, ...args], terminal);
  return { code, out: terminal.stdout.text, err: terminal.stderr.text };
}

/** Those of the user of a cache, for the namespaces that `docs/bench-your-own.md` names. */
function benchRules(): string[] {
  const patterns = readFileSync('docs/bench-your-own.md', 'utf8').match(/[~&]nestjs-cached-bench-\*/g)!;
  return [...documentedRules().filter((rule) => !/^[~&]shop/.test(rule)), ...new Set(patterns)];
}

const reportOf = ({ out }: Ended): Report => JSON.parse(out) as Report;
const rowsOf = (report: Report): string[] => report.rows.map(({ name, callers }) => `${name} x${callers}`);

describe('bench', () => {
  it('measures two tiers, and leaves nothing', async () => {
    await admin.set('of-somebody-else', 'stays');
    const ended = await bench(['--url', server.url, '--json', '--hit-ratio', '0.5', '--seconds', '0.2']);
    expect(ended.err).toMatch(/^Removed \d+ keys of nestjs-cached-bench-[0-9a-f]{12}; nothing is left\.\n$/);
    expect(ended.code).toBe(0);
    const report = reportOf(ended);
    expect(rowsOf(report)).toEqual(
      ['get, from the process', 'get, from Redis', 'set', 'getOrSet'].flatMap((name) => [`${name} x1`, `${name} x4`]),
    );
    for (const row of report.rows) {
      expect(row.calls).toBeGreaterThan(0);
      expect(row.failed).toBe(0);
      expect(row.latencyMs.p50).toBeGreaterThan(0);
      expect(row.latencyMs.max).toBeGreaterThanOrEqual(row.latencyMs.p50);
    }
    const readThrough = report.rows.filter(({ name }) => name === 'getOrSet');
    expect(readThrough.some(({ hits }) => hits!.calls > 0)).toBe(true);
    expect(readThrough.some(({ misses }) => misses!.calls > 0)).toBe(true);
    expect(report).toMatchObject({
      interrupted: false,
      coherence: { asked: 'auto', found: 'tracking' },
      cleanUp: { left: 0 },
      troubles: {},
      versions: { Node: process.versions.node },
    });
    expect(report.roundTripMs!.p50).toBeGreaterThan(0);
    expect(report.advice.map(({ change }) => change)).toContain(
      'server: maxmemory, with maxmemory-policy allkeys-lru (or allkeys-lfu)',
    );
    expect(await admin.keys('*')).toEqual(['of-somebody-else']);
  });

  it('prints a table, and the progress on a terminal alone', async () => {
    const terminal = new FakeTerminal({ REDIS_URL: server.url }, true);
    const { code, out, err } = await bench(['--backend', 'redis', '--size', '10kb'], terminal);
    expect(code).toBe(0);
    expect(out).toMatch(/^get, from Redis +1 +[\d,]+ /m);
    expect(out).not.toContain('get, from the process');
    expect(out).toMatch(/^Compression \(deflate\): 10\.\d KiB in Redis become [\d.,]+ (B|KiB) \(\d+ %\)$/m);
    expect(out.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(err).toContain('\r\u001b[Kset, 4 callers ...');
    expect(await admin.dbsize()).toBe(1);
  });

  it('measures the memory without a server', async () => {
    const ended = await bench(['--backend', 'memory', '--json']);
    expect(ended).toMatchObject({ code: 0, err: '' });
    const report = reportOf(ended);
    expect(new Set(report.rows.map(({ name }) => name))).toEqual(new Set(['get, from the process', 'set', 'getOrSet']));
    const quiet = report.advice.filter(({ change }) => !change.startsWith('measure again'));
    expect(quiet).toEqual([]);
    expect(report).not.toHaveProperty('cleanUp');
  });

  it('measures a value of your own', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bench-'));
    const path = join(folder, 'value.json');
    writeFileSync(path, JSON.stringify({ title: 'harbour', tags: ['a', 'b'] }));
    const { settings } = reportOf(await bench(['--backend', 'memory', '--json', '--payload', path]));
    rmSync(folder, { recursive: true });
    expect(settings).toMatchObject({ payload: 'file', payloadBytes: 36 });
  });

  it('takes no namespace that holds keys, and touches none of them', async () => {
    await admin.set('shop:v:{a}', 'theirs');
    const { code, err } = await bench(['--url', server.url, '--namespace', 'shop']);
    expect(code).toBe(1);
    expect(err).toContain('The namespace shop holds keys already');
    expect(await admin.get('shop:v:{a}')).toBe('theirs');
    await admin.del('shop:v:{a}');
    expect((await bench(['--url', server.url, '--namespace', 'shop'])).code).toBe(0);
    expect(await admin.dbsize()).toBe(1);
  });

  it('leaves a server alone that has no room', async () => {
    await admin.config('SET', 'maxmemory', '3mb');
    const { code, err } = await bench(['--url', server.url, '--size', '100kb']);
    await admin.config('SET', 'maxmemory', '0');
    expect([code, err]).toEqual([1, expect.stringContaining('too little room')]);
    expect(await admin.dbsize()).toBe(1);
  });

  it('removes its keys when it is interrupted', async () => {
    const terminal = new FakeTerminal();
    const running = bench(['--url', server.url, '--json'], terminal);
    await eventually(
      () => admin.dbsize(),
      (keys) => keys > 20,
    );
    terminal.stop.abort();
    const ended = await running;
    expect(ended.code).toBe(130);
    expect(reportOf(ended)).toMatchObject({ interrupted: true, advice: [], cleanUp: { left: 0 } });
    expect(await admin.dbsize()).toBe(1);
  });

  it('needs no more rights than the page says', async () => {
    jest.spyOn(console, 'warn').mockImplementation(() => {});
    await admin.call('ACL', 'SETUSER', 'cache', 'reset', ...benchRules());
    const url = `redis://cache:secret@127.0.0.1:${server.port}`;
    const report = reportOf(await bench(['--url', url, '--json', '--size', '2kb']));
    jest.restoreAllMocks();
    expect(report).toMatchObject({
      cleanUp: { left: 0 },
      troubles: {},
      coherence: { found: 'tracking' },
      server: { policy: 'noeviction' },
    });
    expect(report.rows.map(({ failed }) => failed)).toEqual(report.rows.map(() => 0));
    expect(report.compression!.packedBytes).toBeLessThan(report.compression!.plainBytes);
    expect(await admin.dbsize()).toBe(1);
  });

  it('says that changes are told by messages where the server may not track', async () => {
    const user = ['cache', 'reset', 'on', '>secret', '~nestjs-cached-bench-*', '&*', '+@all', '-client|tracking'];
    await admin.call('ACL', 'SETUSER', ...user);
    const url = `redis://cache:secret@127.0.0.1:${server.port}`;
    const report = reportOf(await bench(['--url', url, '--json']));
    expect(report.coherence).toEqual({ asked: 'auto', found: 'pubsub' });
    expect(report.advice.map(({ change }) => change).join('\n')).toContain('+client|tracking');
  });
});

describe('a server that cannot be used', () => {
  const trouble = async (url: string): Promise<string> => {
    jest.spyOn(console, 'warn').mockImplementation(() => {});
    const { code, out, err } = await bench(['--url', url]);
    jest.restoreAllMocks();
    expect([code, out]).toEqual([1, '']);
    expect(err).not.toContain('hunter2');
    return err;
  };

  it('is not there', async () => {
    const port = await freePort();
    expect(await trouble(`redis://u:hunter2@127.0.0.1:${port}`)).toBe(
      `nestjs-cached: Redis at 127.0.0.1:${port}/0 cannot be used: connect ECONNREFUSED 127.0.0.1:${port}.\n`,
    );
  });

  it('knows another password', async () => {
    expect(await trouble(`redis://u:hunter2@127.0.0.1:${server.port}`)).toMatch(/cannot be used: WRONGPASS [^\n]+\n$/);
  });

  it('goes away in the middle: it says that keys may be left', async () => {
    const other = await startRedis();
    const watch = new Redis(other.url, { retryStrategy: () => null });
    const running = bench(['--url', other.url, '--json']);
    await eventually(
      () => watch.dbsize(),
      (keys) => keys > 20,
    );
    await other.kill();
    const { code, err } = await running;
    watch.disconnect();
    expect(code).toBe(1);
    expect(err).toMatch(/the server could not be asked what is left/);
    expect(err).not.toMatch(/^ +at /m);
  });

  it('speaks no TLS', async () => {
    expect(await trouble(`rediss://u:hunter2@127.0.0.1:${server.port}`)).toMatch(/Does it speak TLS\?[^\n]*\n$/);
  });
});
