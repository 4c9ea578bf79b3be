import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Random } from '../../../lib/contracts/clock.js';
import { CacheTimeoutError } from '../../../lib/support/errors.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { FlakyBackend } from '../../../lib/testing/flaky.backend.js';
import { BackendCalls } from '../../../lib/wrappers/encoded/backend-calls.js';
import { ServerCheck, type ServerVerdict } from '../../../lib/wrappers/encoded/server-check.js';
import { scopeKey, VersionWrites } from '../../../lib/wrappers/encoded/version-writes.js';
import { deferred, settle } from '../../support/deferred.js';
import { FleetServer, type FleetClient } from '../../support/fleet-server.js';

const TIMEOUT = 100;
const RECORD = 'app:r:{%}';
const VERSION = scopeKey('app');

let clock: FakeClock;
let server: FleetServer;
let ids: number;
let cleared: number;
let errors: string[];
beforeEach(() => {
  clock = new FakeClock();
  server = new FleetServer(clock);
  ids = 0;
  cleared = 0;
  errors = [];
});
const random: Random = { next: () => 0.5, id: () => `id${++ids}` };

interface Checker {
  readonly check: ServerCheck;
  readonly client: FleetClient;
  /** How often the server was asked who it is. */
  readonly asked: () => number;
  /** Something is stored. */
  fill(): Promise<void>;
}

function checker(onServerChange: 'clear' | 'trust' = 'clear', identify?: () => Promise<string>): Checker {
  const client = server.connect();
  const calls = new BackendCalls(client.backend, clock, TIMEOUT, client.fleet);
  const writes = new VersionWrites({ calls, random, cache: undefined });
  let asked = 0;
  const tell = identify ?? client.link.identify.bind(client.link);
  client.link.identify = () => {
    asked++;
    return tell();
  };
  const check = new ServerCheck({
    ...{ calls, writes, random, rootPath: 'app', link: client.link, onServerChange },
    onCleared: () => void cleared++,
    onError: (operation, error) => void errors.push(`${operation}: ${(error as Error).message}`),
  });
  const fill = async (): Promise<void> => void (await writes.createScope('app'));
  return { check, client, asked: () => asked, fill };
}

const nameOnServer = (): string => Buffer.from(server.data.get(RECORD) ?? []).toString();

describe('who answers', () => {
  it('is the same one until it is started again; the first to find out makes everything invalid, once', async () => {
    const [one, other] = [checker(), checker()];
    expect(await one.check.run()).toBe('same');
    await one.fill();
    expect([await one.check.run(), await other.check.run()]).toEqual(['same', 'same']);
    const before = server.data.get(VERSION);
    server.runId = 'second';
    expect([await one.check.run(), await other.check.run()]).toEqual(['changed', 'same']);
    expect(cleared).toBe(1);
    expect(server.data.get(VERSION)).not.toEqual(before);
    expect(nameOnServer()).toBe('second');
  });

  it('of whom nothing is known: whoever stored what stands there may have seen any number of restarts', async () => {
    const { check, fill } = checker();
    await fill();
    expect([await check.run(), await check.run()]).toEqual(['changed', 'same']);
    expect(nameOnServer()).toBe('first');
  });

  it('trust: is not asked, and is believed to know everything', async () => {
    const first = checker();
    await first.check.run();
    await first.fill();
    const before = server.data.get(VERSION);
    const { asked, check } = checker('trust');
    server.runId = 'second';
    expect(await check.run()).toBe('same');
    expect([asked(), cleared]).toEqual([0, 0]);
    expect(server.data.get(VERSION)).toEqual(before);
    expect(nameOnServer()).toBe('first');
  });

  it('a backend that is nobody’s but this process’s is asked for an answer only', async () => {
    const backend = new FlakyBackend({ clock });
    const calls = new BackendCalls(backend, clock, TIMEOUT);
    const writes = new VersionWrites({ calls, random, cache: undefined });
    const unheard = (): void => {};
    const check = new ServerCheck({
      ...{ calls, writes, random, rootPath: 'app', link: undefined, onServerChange: 'clear' },
      ...{ onCleared: unheard, onError: unheard },
    });
    expect(await check.run()).toBe('same');
    backend.fail('ping', new Error('gone'));
    await expect(check.run()).rejects.toThrow('gone');
    expect(backend.calls.map(({ operation }) => operation)).toEqual(['ping', 'ping']);
  });
});

describe('a server that hangs', () => {
  /** Asks again and again, as a recovery does; what became of each question. */
  async function askThrice(check: ServerCheck): Promise<unknown[]> {
    const answers: unknown[] = [];
    for (let turn = 0; turn < 3; turn++) {
      check.run().then(
        (verdict: ServerVerdict) => void answers.push(verdict),
        (error: unknown) => void answers.push(error),
      );
      await clock.advance(TIMEOUT);
      expect(answers).toHaveLength(turn + 1);
    }
    return answers;
  }

  it('is asked once, and each who asks is told after the time limit', async () => {
    const { asked, check, client } = checker();
    const hold = client.hold('requests');
    const answers = await askThrice(check);
    expect(answers.every((answer) => answer instanceof CacheTimeoutError)).toBe(true);
    expect(asked()).toBe(1);
    expect(client.sent.map(({ command }) => command)).toEqual(['recognize']);
    await hold.release();
    expect(await check.run()).toBe('same');
    expect([asked(), client.sent.length]).toEqual([2, 2]);
  });

  it('also before it has said who it is', async () => {
    const name = deferred<string>();
    const { asked, check, client } = checker('clear', () => name.promise);
    await askThrice(check);
    expect([asked(), client.sent]).toEqual([1, []]);
    name.resolve('first');
    await settle();
    expect(await check.run()).toBe('same');
    expect(asked()).toBe(2);
  });

  it('and whose connection breaks at last, is asked anew over the next one', async () => {
    const name = deferred<string>();
    const { asked, check, client } = checker('clear', () => name.promise);
    await askThrice(check);
    name.reject(new Error('reset'));
    await settle();
    client.link.identify = async () => 'first';
    expect(await check.run()).toBe('same');
    expect(asked()).toBe(1);
  });
});

describe('a server that will not tell who it is', () => {
  const WORDS = [
    "NOPERM User deaf has no permissions to run the 'info' command",
    "ERR unknown command 'INFO', with args beginning with: 'server'",
    'The server does not say which one it is: INFO has neither run_id nor master_replid.',
  ];

  it.each(WORDS)('is one and the same over the same connections: %s', async (words) => {
    const { check, fill } = checker('clear', () => Promise.reject(new Error(words)));
    expect(await check.run()).toBe('same');
    await fill();
    const name = nameOnServer();
    expect(name).toMatch(/^id\d+$/);
    expect([await check.run(), await check.run()]).toEqual(['same', 'same']);
    expect(nameOnServer()).toBe(name);
    expect(errors).toEqual([`identify: ${words}`]);
  });

  it('may be another one after a connection was lost, and is said to be so once', async () => {
    const { check, client, fill } = checker('clear', () => Promise.reject(new Error(WORDS[0])));
    await check.run();
    await fill();
    const name = nameOnServer();
    client.link.break();
    await client.link.open();
    expect([await check.run(), await check.run()]).toEqual(['changed', 'same']);
    expect(nameOnServer()).not.toBe(name);
    expect([cleared, errors.length]).toEqual([1, 1]);
  });

  it('but one that fails otherwise is of no use', async () => {
    const { check, client } = checker('clear', () => Promise.reject(new Error('LOADING Redis is loading')));
    await expect(check.run()).rejects.toThrow('LOADING');
    expect([client.sent, errors]).toEqual([[], []]);
  });
});

describe('a server that takes nothing in', () => {
  it('is full', async () => {
    const { check, client } = checker();
    client.fleet.recognize = () => Promise.reject(new Error('Redis recognize: OOM command not allowed'));
    expect(await check.run()).toBe('full');
    expect(cleared).toBe(0);
  });

  it('or of no use, for any other reason', async () => {
    const { check, client } = checker();
    client.fleet.recognize = () => Promise.reject(new Error('READONLY You can’t write'));
    await expect(check.run()).rejects.toThrow('READONLY');
  });
});
