import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Report } from '../../../lib/cli/bench/report.js';
import { compile, type Compiled } from '../../history/compiled.js';
import { eventually } from '../../support/eventually.js';
import { startRedis, type RunningRedis } from '../../support/redis-server.js';

let server: RunningRedis;
let admin: Redis;
let program: Compiled;
beforeAll(async () => {
  [server, program] = await Promise.all([
    startRedis({ args: ['--requirepass', 'hunter2'] }),
    compile('../../lib/cli/main.ts'),
  ]);
  admin = new Redis(`redis://:hunter2@127.0.0.1:${server.port}`);
});
afterAll(async () => {
  admin.disconnect();
  await Promise.all([server.stop(), program.remove()]);
});

function start(...args: string[]) {
  const env = { ...process.env, REDIS_URL: `redis://:hunter2@127.0.0.1:${server.port}` };
  const child = spawn(process.execPath, [program.path, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
  return { child, ended: ended.then(([[code], out, err]) => ({ code: code as number, out, err })) };
}

const QUICK = ['bench', '--keys', '20', '--command-timeout', '2s', '--json'];

describe('the program', () => {
  it('measures, prints JSON alone, removes its keys, shows no password and ends by itself', async () => {
    const { code, out, err } = await start(...QUICK, '--seconds', '0.1', '--callers', '1').ended;
    const report = JSON.parse(out) as Report;
    expect(code).toBe(0);
    expect(report.rows).toHaveLength(4);
    expect(report.cleanUp).toMatchObject({ left: 0 });
    expect(err).toMatch(/^Removed \d+ keys [^\n]+; nothing is left\.\n$/);
    expect(out + err).not.toContain('hunter2');
    expect(await admin.dbsize()).toBe(0);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('removes its keys on %s, too', async (signal) => {
    const { child, ended } = start(...QUICK, '--seconds', '60');
    await eventually(
      () => admin.dbsize(),
      (keys) => keys > 20,
    );
    child.kill(signal);
    const { code, out, err } = await ended;
    expect(code).toBe(130);
    expect(err).toContain('nothing is left');
    expect(JSON.parse(out)).toMatchObject({ interrupted: true });
    expect(await admin.dbsize()).toBe(0);
  });

  it('ends with 1 and one line when there is trouble, with 2 when the command line is wrong', async () => {
    const refused = await start('bench', '--url', `redis://:other-hunter3@127.0.0.1:${server.port}`).ended;
    expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/WRONGPASS/) });
    expect(refused.err.trim().split('\n')).toHaveLength(1);
    expect(refused.err).not.toContain('hunter3');
    expect(await start('bnech').ended).toMatchObject({ code: 2, out: '' });
    expect(await start('--help').ended).toMatchObject({ code: 0, err: '' });
  });
});
