import { describe, expect, it } from '@jest/globals';
import type { Duration } from '../../../lib/contracts/duration.js';
import type { CacheModuleOptions } from '../../../lib/contracts/options.js';
import { deferred, settle } from '../../support/deferred.js';
import { fleets, MODES, type Fleet, type Instance } from '../../support/fleet-caches.js';
import type { FleetClient } from '../../support/fleet-server.js';
import { isAway } from './watched-caches.js';

const fleet = fleets();
const OPTIONS: CacheModuleOptions = { redis: { commandTimeout: '100ms' } };

/*
 * B has two connections, which both broke; one is back and has answered, so that B settles. Just before the others' time is
 * over, the other connection is there, too:
 *
 *     B: asks over both of them, who it is ...          (the answer takes its time)
 *     B:            the time is over: is it up?
 *     A:                                       delete(k) -> true
 *     B:                                                         get(k) -> must not be what it was
 */
describe.each(MODES)('a second connection that is ready while a process settles: %s', (mode) => {
  it.each([
    ['is not answered yet', 0],
    ['is answered', 10],
    ['was answered long ago', 2_000],
  ])('what another process has deleted stays deleted, when the question over it %s', async (_, later) => {
    const { clock, join, joinWatching } = fleet(mode);
    const a = await join(OPTIONS);
    const b = await joinWatching(OPTIONS);
    await settle();
    let row = 'old';
    const load = async (): Promise<string> => row;
    b.client.link.break();
    await clock.advance(300);
    await b.client.link.open();
    expect(isAway(b.cache)).toBe(true);
    await clock.advance(640);
    const greeting = b.client.hold('answers', (command) => command === 'recognize');
    await b.client.link.open();
    await clock.advance(20);
    expect(greeting.count).toBe(1);
    // Neither up, nor up and then not: nobody was told that it is read again.
    expect(isAway(b.cache)).toBe(true);
    if (later > 0) await greeting.release();
    await clock.advance(later);
    expect(await b.cache.getOrSet('k', load)).toBe('old');
    row = 'new';
    expect(await a.cache.delete('k')).toBe(true);
    await greeting.release();
    await clock.advance(1_000);
    expect(isAway(b.cache)).toBe(false);
    expect(await b.cache.getOrSet('k', load)).toBe('new');
  });
});

/** A network that loses everything this process sends, until it is mended. A connection that is reset fails what it carried. */
class BadNetwork {
  private isBad = false;
  private connection = deferred<never>();

  constructor(private readonly client: FleetClient) {
    client.hold('requests', () => this.isBad);
    const identify = client.link.identify.bind(client.link);
    const renew = client.link.renew.bind(client.link);
    client.link.identify = () => (this.isBad ? this.connection.promise : identify());
    client.link.renew = () => {
      renew();
      this.connection.reject(new Error('The connection was reset.'));
      this.connect();
    };
    this.connect();
  }

  /** What this process sends, over a connection that may be reset. */
  carry<T extends object>(commands: T): T {
    return new Proxy(commands, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown => {
          const answer: unknown = Reflect.apply(member, target, args);
          return answer instanceof Promise ? Promise.race([answer, this.connection.promise]) : answer;
        };
      },
    });
  }

  break(): void {
    this.isBad = true;
  }

  mend(): void {
    this.isBad = false;
  }

  private connect(): void {
    this.connection = deferred<never>();
    this.connection.promise.catch(() => {});
  }
}

/** A process behind a network of its own. */
async function behind(
  { server, joinWatching }: Fleet,
  commandTimeout: Duration,
): Promise<Instance & { network: BadNetwork }> {
  const { connect } = server;
  let network: BadNetwork | undefined;
  server.connect = (mode) => {
    const client = connect.call(server, mode);
    const own = (network = new BadNetwork(client));
    return { ...client, backend: own.carry(client.backend), fleet: own.carry(client.fleet) };
  };
  const instance = await joinWatching({ redis: { commandTimeout }, backend: 'redis' });
  server.connect = connect;
  return { ...instance, network: network! };
}

/*
 * Both processes lose the server, and find it again as late and as early as they may:
 *
 *     A: delete(k) -> false, queued                                A: replays delete(k), sooner or later
 *     B:                             is back -> waits            -> get(k) -> must not be what the server still holds
 */
describe.each(MODES)('a network that loses everything for a while: %s', (mode) => {
  it.each([
    ['100ms', 100],
    ['2s', 2_000],
  ] as const)(
    'when a process reads again the others have replayed, with a limit of %s',
    async (commandTimeout, timeout) => {
      const stage = fleet(mode);
      const { clock } = stage;
      const a = await behind(stage, commandTimeout);
      const b = await behind(stage, commandTimeout);
      await settle();
      expect(await b.cache.set('k', 'old')).toBe(true);
      a.network.break();
      b.network.break();
      const shown = b.cache.delete('other');
      await clock.advance(timeout);
      expect(await shown).toBe(false);
      // B asks now and then; A has not noticed yet.
      await clock.advance(1_000);
      const deleted = a.cache.delete('k');
      await clock.advance(timeout);
      expect(await deleted).toBe(false);
      expect([isAway(a.cache), isAway(b.cache)]).toEqual([true, true]);
      await clock.advance(150);
      a.network.mend();
      b.network.mend();
      const read: unknown[] = [];
      for (let waited = 0; waited < 6_000; waited += 10) {
        await clock.advance(10);
        if (!isAway(b.cache)) read.push(await b.cache.get('k'));
      }
      expect(read.length).toBeGreaterThan(10);
      expect(read.filter((value) => value !== undefined)).toEqual([]);
      await clock.advance(6_000);
      expect([isAway(a.cache), isAway(b.cache)]).toEqual([false, false]);
    },
  );
});
