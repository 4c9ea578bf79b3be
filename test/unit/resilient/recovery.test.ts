import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerLink } from '../../../lib/contracts/server-link.js';
import { CacheTimeoutError } from '../../../lib/support/errors.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { Recovery } from '../../../lib/wrappers/resilient/recovery.js';
import type { Verdict } from '../../../lib/wrappers/resilient/recovery-parts.js';
import { deferred, settle, type Deferred } from '../../support/deferred.js';

/** A connection whose events the test fires. */
class Line implements ServerLink {
  ready = false;
  renewed = 0;
  private listener: { lost(): void; ready(): void } | undefined;

  watch(listener: { lost(): void; ready(): void }): () => void {
    this.listener = listener;
    return () => (this.listener = undefined);
  }
  identify = async (): Promise<string> => 'one';
  renew(): void {
    this.renewed++;
  }
  break(): void {
    this.ready = false;
    this.listener?.lost();
  }
  open(): void {
    this.ready = true;
    this.listener?.ready();
  }
  get isWatched(): boolean {
    return this.listener !== undefined;
  }
}

const TIMEOUT = 100;
const GRACE = 500;
const gone = new Error('gone');
const silence = new CacheTimeoutError('ping', TIMEOUT);

let clock: FakeClock;
let line: Line;
let verdicts: Deferred<Verdict>[];
let replays: Deferred<void>[];
let said: string[];
let recovery: Recovery;
/** Between 0 and 1: the middle is no jitter. */
let dice: number;

beforeEach(() => {
  clock = new FakeClock();
  line = new Line();
  verdicts = [];
  replays = [];
  said = [];
  dice = 0.5;
  recovery = new Recovery({
    clock,
    random: { next: () => dice, id: () => 'id' },
    timeout: TIMEOUT,
    link: line,
    grace: GRACE,
    prepare: async () => {},
    verify: () => next(verdicts),
    replay: () => next(replays),
    onAway: () => {},
    onOutage: (error) => void said.push(`away: ${(error as Error).message}`),
    onUp: (after) => void said.push(`up after ${after}`),
  });
});
afterEach(() => {
  recovery.stop();
  expect(clock.pendingTimers).toBe(0);
  expect(line.isWatched).toBe(false);
});

function next<T>(answers: Deferred<T>[]): Promise<T> {
  const answer = deferred<T>();
  answers.push(answer);
  return answer.promise;
}

/** Answers the question that was asked last. */
async function verified(verdict: Verdict = 'same'): Promise<void> {
  verdicts.at(-1)!.resolve(verdict);
  await settle();
  replays.at(-1)?.resolve();
  await settle();
}

async function refused(error: Error = gone): Promise<void> {
  verdicts.at(-1)!.reject(error);
  await settle();
}

async function start(): Promise<void> {
  line.open();
  await settle();
  await verified();
  said.length = 0;
}

describe('at the start', () => {
  it('it is up with the first answer, and waits for nobody', async () => {
    await settle();
    expect(recovery.stage).toBe('opening');
    await verified();
    expect(recovery.stage).toBe('up');
    await recovery.opened;
    expect(said).toEqual(['up after start']);
  });

  it('the first calls wait one time limit, and no longer', async () => {
    await settle();
    let opened = false;
    void recovery.opened.then(() => (opened = true));
    await clock.advance(TIMEOUT - 1);
    expect(opened).toBe(false);
    await clock.advance(1);
    expect([opened, recovery.stage]).toEqual([true, 'away']);
  });

  it('is slow for two seconds before that is called an outage, and nobody waits for others after it', async () => {
    await settle();
    await clock.advance(TIMEOUT);
    expect([recovery.stage, recovery.awaySince]).toEqual(['away', clock.now()]);
    await refused(silence);
    expect(said).toEqual([]);
    await clock.advance(100);
    await verified();
    expect(recovery.stage).toBe('up');
    expect(said).toEqual(['up after slow start']);
  });

  it('but no longer', async () => {
    for (let ms = 0; ms < 2_000; ms += 100) {
      await settle();
      expect(said).toEqual([]);
      await clock.advance(TIMEOUT);
      await refused(silence);
    }
    await clock.advance(300);
    await refused(silence);
    expect(said).toEqual(['away: ping took longer than 100 ms.']);
    await clock.advance(300);
    await verified();
    expect(recovery.stage).toBe('settling');
  });

  it('it is away at once when the connection is refused', async () => {
    await settle();
    line.break();
    expect(recovery.stage).toBe('away');
    expect(recovery.awaySince).toBe(clock.now());
    expect(said).toEqual(['away: The connection to the server broke.']);
  });

  it('what an earlier process has queued is read before anything is asked', async () => {
    recovery.stop();
    const left = deferred<void>();
    const asked: string[] = [];
    recovery = new Recovery({
      ...{ clock, random: { next: () => 0.5, id: () => 'id' }, timeout: TIMEOUT, link: line, grace: GRACE },
      prepare: () => left.promise,
      verify: async () => {
        asked.push('verify');
        return 'same';
      },
      replay: async () => void asked.push('replay'),
      onAway: () => {},
      onOutage: () => {},
      onUp: () => void asked.push('up'),
    });
    await settle();
    expect(asked).toEqual([]);
    left.resolve();
    await settle();
    expect(asked).toEqual(['verify', 'replay', 'up']);
  });
});

describe('while it is away', () => {
  it('one question at a time is asked, after a pause that grows to 150 ms', async () => {
    await start();
    recovery.leave(gone);
    const asked: number[] = [];
    const begun = clock.now();
    for (let turn = 0; turn < 5; turn++) {
      const before = verdicts.length;
      while (verdicts.length === before) await clock.advance(10);
      asked.push(clock.now() - begun);
      // A question that is not answered is not asked again.
      await clock.advance(1_000);
      expect(verdicts.length).toBe(before + 1);
      await refused();
    }
    const pauses = asked.map((at, turn) => (turn === 0 ? at : at - asked[turn - 1]! - 1_000));
    expect(pauses).toEqual([50, 100, 150, 150, 150]);
  });

  it.each([
    [0, 80],
    [0.999, 130],
  ])('processes do not come back as one: jitter %s', async (throwOf, pause) => {
    await start();
    await clock.advance(10_000);
    dice = throwOf;
    recovery.leave(gone);
    await refusedSoon();
    // The second pause is 100 ms, a quarter more or less.
    const begun = clock.now();
    const before = verdicts.length;
    while (verdicts.length === before) await clock.advance(10);
    expect(clock.now() - begun).toBe(pause);
  });

  async function refusedSoon(): Promise<void> {
    const before = verdicts.length;
    while (verdicts.length === before) await clock.advance(5);
    await refused();
  }

  it('a connection that is there again is asked at once', async () => {
    await start();
    line.break();
    await clock.advance(10);
    line.open();
    await settle();
    expect(verdicts).toHaveLength(2);
  });

  it('an answer that came over a connection that has broken since proves nothing', async () => {
    await start();
    recovery.leave(gone);
    await clock.advance(150);
    line.break();
    await verified();
    expect(recovery.stage).toBe('away');
    line.open();
    await settle();
    await verified();
    await clock.advance(GRACE);
    expect(recovery.stage).toBe('up');
  });

  it('a connection on which nothing is answered for half a second is given up', async () => {
    await start();
    await clock.advance(10_000);
    recovery.leave(silence);
    const begun = clock.now();
    while (line.renewed === 0) {
      const before = verdicts.length;
      while (verdicts.length === before) await clock.advance(10);
      await clock.advance(TIMEOUT);
      await refused(silence);
    }
    expect(clock.now() - begun).toBeGreaterThanOrEqual(500);
    expect(clock.now() - begun).toBeLessThan(1_000);
  });

  it('one on which the server refuses is not given up', async () => {
    await start();
    recovery.leave(gone);
    for (let turn = 0; turn < 20; turn++) {
      await clock.advance(300);
      await refused(new Error('LOADING'));
    }
    expect(line.renewed).toBe(0);
  });
});

describe('the way back', () => {
  it('replays before anything is read, and then waits for the others', async () => {
    await start();
    recovery.leave(gone);
    await clock.advance(150);
    verdicts.at(-1)!.resolve('same');
    await settle();
    expect(recovery.stage).toBe('settling');
    await clock.advance(GRACE * 2);
    // However long it takes.
    expect(recovery.stage).toBe('settling');
    replays.at(-1)!.resolve();
    await settle();
    expect(recovery.stage).toBe('up');
    expect(said).toEqual(['away: gone', 'up after outage']);
    expect([recovery.awaySince, recovery.lastError]).toEqual([undefined, undefined]);
  });

  it('the others have the grace since it was found there', async () => {
    await start();
    recovery.leave(gone);
    await clock.advance(150);
    await verified();
    await clock.advance(GRACE - 1);
    expect(recovery.stage).toBe('settling');
    await clock.advance(1);
    expect(recovery.stage).toBe('up');
  });

  it('nobody waits for others at another server: nothing old can be read there', async () => {
    await start();
    recovery.leave(gone);
    await clock.advance(150);
    await verified('changed');
    expect(recovery.stage).toBe('up');
  });

  it('nor after a connection that broke and was there again within 100 ms', async () => {
    await start();
    line.break();
    await clock.advance(90);
    line.open();
    await settle();
    await verified();
    expect(recovery.stage).toBe('up');
  });

  it('but after one that took longer', async () => {
    await start();
    line.break();
    await clock.advance(110);
    line.open();
    await settle();
    await verified();
    expect(recovery.stage).toBe('settling');
  });

  it('and after a short silence, whatever it was', async () => {
    await start();
    recovery.leave(silence);
    line.break();
    line.open();
    await settle();
    await verified();
    expect(recovery.stage).toBe('settling');
  });

  it('a replay that fails leaves it away', async () => {
    await start();
    recovery.leave(gone);
    await clock.advance(150);
    verdicts.at(-1)!.resolve('same');
    await settle();
    replays.at(-1)!.reject(gone);
    await settle();
    expect(recovery.stage).toBe('away');
    await clock.advance(1_000);
    await verified();
    await clock.advance(GRACE);
    expect(recovery.stage).toBe('up');
    // One outage, however many attempts it took.
    expect(said).toEqual(['away: gone', 'up after outage']);
  });

  it('what fails while it settles leaves it away', async () => {
    await start();
    recovery.leave(gone);
    await clock.advance(150);
    await verified();
    recovery.leave(new Error('an invalidation failed'));
    expect(recovery.stage).toBe('away');
    await clock.advance(GRACE);
    expect(recovery.stage).toBe('away');
  });

  it('one that is full is told of invalidations, and not read', async () => {
    await start();
    recovery.leave(gone);
    await clock.advance(150);
    await verified('full');
    expect(recovery.stage).toBe('settling');
    expect(String(recovery.lastError)).toContain('full');
    await clock.advance(250);
    await verified('same');
    await clock.advance(GRACE);
    expect(recovery.stage).toBe('up');
  });
});

describe('one that goes away again and again', () => {
  it('is waited for longer from time to time, up to two seconds', async () => {
    await start();
    const pauses: number[] = [];
    for (let turn = 0; turn < 7; turn++) {
      recovery.leave(gone);
      const begun = clock.now();
      const before = verdicts.length;
      while (verdicts.length === before) await clock.advance(10);
      pauses.push(clock.now() - begun);
      await verified('changed');
      await clock.advance(100);
    }
    expect(pauses).toEqual([50, 100, 200, 400, 800, 1_600, 2_000]);
  });

  it('but not when something is queued: others may wait for that', async () => {
    await start();
    for (let turn = 0; turn < 5; turn++) {
      recovery.leave(gone);
      const before = verdicts.length;
      while (verdicts.length === before) await clock.advance(10);
      await verified('changed');
    }
    recovery.leave(gone);
    const before = verdicts.length;
    await clock.advance(50);
    recovery.hurry();
    await clock.advance(149);
    expect(verdicts).toHaveLength(before);
    await clock.advance(1);
    expect(verdicts).toHaveLength(before + 1);
  });

  it('is forgiven after two seconds', async () => {
    await start();
    recovery.leave(gone);
    await clock.advance(50);
    await verified('changed');
    await clock.advance(2_000);
    recovery.leave(gone);
    const begun = clock.now();
    const before = verdicts.length;
    while (verdicts.length === before) await clock.advance(10);
    expect(clock.now() - begun).toBe(50);
  });
});

it('suspicion is not enough: it is asked', async () => {
  await start();
  await recovery.suspect(async () => 'fine');
  expect(recovery.stage).toBe('up');
  await recovery.suspect(() => Promise.reject(silence));
  expect(recovery.stage).toBe('away');
});

describe('after a stop', () => {
  it('an attempt that is still on its way, and fails then, sets nothing going', async () => {
    await settle();
    recovery.stop();
    await refused(new Error('closed'));
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(10_000);
    expect(verdicts).toHaveLength(1);
  });

  it('one that is answered then brings nothing up', async () => {
    await settle();
    recovery.stop();
    await verified();
    await clock.advance(10_000);
    expect([said, verdicts.length, replays.length]).toEqual([[], 1, 0]);
  });

  it('nor does one that is replaying', async () => {
    await start();
    recovery.leave(gone);
    await clock.advance(150);
    verdicts.at(-1)!.resolve('same');
    await settle();
    recovery.stop();
    replays.at(-1)!.resolve();
    await clock.advance(10_000);
    expect(said).toEqual(['away: gone']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('while it waits for others, it waits no more', async () => {
    await start();
    recovery.leave(gone);
    await clock.advance(150);
    await verified();
    expect(recovery.stage).toBe('settling');
    recovery.stop();
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(GRACE);
    expect(said).toEqual(['away: gone']);
  });

  it('what fails, and a lent connection that comes back, are nobody’s business any more', async () => {
    await start();
    recovery.stop();
    recovery.leave(gone);
    line.break();
    line.open();
    await clock.advance(10_000);
    expect([said, verdicts.length, clock.pendingTimers]).toEqual([[], 1, 0]);
  });

  it('whoever waits for the first answer waits no longer', async () => {
    let opened = false;
    void recovery.opened.then(() => (opened = true));
    recovery.stop();
    await settle();
    expect(opened).toBe(true);
    await refused();
  });
});

/*
 * Two connections break, and come back one after the other:
 *
 *     first: answers a probe -> settling, up after the grace
 *     second:                             is ready -> a further attempt, which takes its time
 *
 * Would both of them end as they began, the first one would bring it up while the second one still asks, and the second
 * one take it back to settling, unheard: nobody would be told that the fallback serves again.
 */
describe('a second connection that is ready while others are waited for', () => {
  /** Both are lost; one is back, has answered, and the grace is nearly over when the other one is there, too. */
  async function almostUp(): Promise<void> {
    await start();
    line.break();
    await clock.advance(300);
    await verified();
    expect(recovery.stage).toBe('settling');
    await clock.advance(GRACE - 10);
    said.length = 0;
    line.open();
    await settle();
    expect(verdicts).toHaveLength(3);
  }

  it('nothing is read before it has answered as well, and the others had their time', async () => {
    await almostUp();
    await clock.advance(1_000);
    expect([recovery.stage, recovery.awaySince === undefined]).toEqual(['settling', false]);
    await verified();
    expect([recovery.stage, recovery.awaySince === undefined]).toEqual(['settling', false]);
    await clock.advance(GRACE - 1);
    expect(said).toEqual([]);
    await clock.advance(1);
    expect([recovery.stage, recovery.awaySince]).toEqual(['up', undefined]);
    await clock.advance(10_000);
    expect(said).toEqual(['up after outage']);
    expect(verdicts).toHaveLength(3);
  });

  it('when it is of no use, it is away as before, and asked again', async () => {
    await almostUp();
    await refused();
    expect(recovery.stage).toBe('away');
    await clock.advance(GRACE);
    expect(said).toEqual([]);
    expect(verdicts).toHaveLength(4);
    await verified();
    await clock.advance(GRACE);
    expect(said).toEqual(['up after outage']);
  });

  it('when it is ready only after all is over, nobody asks', async () => {
    await start();
    line.break();
    await clock.advance(300);
    await verified();
    await clock.advance(GRACE);
    line.open();
    await settle();
    expect([recovery.stage, verdicts.length]).toEqual(['up', 2]);
  });
});
