import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Report } from '../../../lib/cli/bench/report.js';
import { compile, type Compiled } from '../../history/compiled.js';
import { eventually } from '../../support/eventually.js';
import { freePort, startRedis, type RunningRedis } from '../../support/redis-server.js';
import { makeTlsFiles, tlsArguments } from '../../support/tls-files.js';

// Several processes in turn, on a machine that may be busy.
jest.setTimeout(60_000);

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
  return startWith({ REDIS_URL: `redis://:hunter2@127.0.0.1:${server.port}` }, ...args);
}

function startWith(variables: Readonly<Record<string, string>>, ...args: string[]) {
  const env = { ...process.env, ...variables };
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

  it('trusts the authority of NODE_EXTRA_CA_CERTS, and says what it takes where the server speaks TLS', async () => {
    const files = await makeTlsFiles();
    const port = await freePort();
    const secure = await startRedis({ args: tlsArguments(port, files, files.server, 'no') });
    const ca = { NODE_EXTRA_CA_CERTS: files.ca.certFile };
    const brief = [...QUICK, '--seconds', '0.05', '--callers', '1', '--url'];
    const trusted = await startWith(ca, ...brief, `rediss://localhost:${port}`).ended;
    const untrusted = await startWith({}, ...brief, `rediss://localhost:${port}`).ended;
    const plain = await startWith({}, ...brief, `redis://localhost:${port}`).ended;
    await Promise.all([secure.stop(), files.remove()]);
    expect(trusted).toMatchObject({ code: 0 });
    expect(untrusted).toMatchObject({ code: 1, err: expect.stringMatching(/certificate/) });
    expect(plain).toMatchObject({ code: 1, err: expect.stringMatching(/Does it want TLS \(rediss:\/\/\)\?/) });
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
