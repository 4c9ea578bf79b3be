import { describe, expect, it } from '@jest/globals';
import type { CacheModuleOptions } from '../../../lib/contracts/options.js';
import { settle } from '../../support/deferred.js';
import { fleets, type Instance } from '../../support/fleet-caches.js';
import { collect, Tap, take } from '../../support/tap.js';
import { CHANGES, PLACES, scopeOf, standing } from './scene.js';

const fleet = fleets();
const LEASE = 2_000;
const NAP = 80;

async function* words(...all: string[]): AsyncGenerator<string> {
  yield* all;
}

describe.each(PLACES)('streams of a fleet, $backend by $mode', ({ mode, backend }) => {
  async function two(options: CacheModuleOptions = {}) {
    const { join, server, clock } = fleet(mode);
    const a = await join({ backend });
    const b = await join({ backend, ...options });
    return { a, b, server, clock };
  }
  const reading = (
    { cache }: Instance,
    source: () => AsyncIterable<string>,
  ): AsyncIterableIterator<string, undefined> => cache.getOrSetStream('k', source);

  it('are made once: the others wait for what is stored, however long that takes', async () => {
    const { a, b, clock, server } = await two();
    const tap = new Tap<string>().emit('a');
    const one = reading(a, () => tap);
    await take(one, 1);
    const two_ = collect(reading(b, () => words('never')));
    // Longer than another process waits for a value.
    await clock.advance(60_000);
    tap.emit('b').end();
    expect(await collect(one)).toEqual(['b']);
    await clock.advance(NAP);
    expect(await two_).toEqual(['a', 'b']);
    expect(b.cache.getStats()).toMatchObject({ loads: 0 });
    expect(standing(server, 'l')).toEqual([]);
  });

  it('are made by each for itself when the wait is over', async () => {
    const { a, b, clock } = await two({ streams: { waitTimeout: '3s' }, lease: { waitTimeout: '1s' } });
    const tap = new Tap<string>().emit('a');
    await take(
      reading(a, () => tap),
      1,
    );
    const other = collect(reading(b, () => words('own')));
    await clock.advance(3_000 + NAP);
    expect(await other).toEqual(['own']);
    expect(await b.cache.has('k')).toBe(false);
  });

  it('are taken over within a lease when the process dies that makes them', async () => {
    const { a, b, clock, server } = await two();
    const tap = new Tap<string>().emit('half');
    const one = reading(a, () => tap);
    await take(one, 1);
    const dead = a.client.hold('requests');
    a.client.bus.drop();
    const other = collect(reading(b, () => words('whole')));
    await clock.advance(LEASE + NAP);
    expect(await other).toEqual(['whole']);
    // The first comes back to life, and ends: it must not overwrite what stands there.
    tap.emit('too late').end();
    const late = collect(one);
    await settle();
    await dead.release();
    a.client.bus.restore();
    expect(await late).toEqual(['too late']);
    expect(await b.cache.get('k')).toEqual(['whole']);
    expect(standing(server, 'l')).toEqual([]);
  });

  it('are made by the next one when all readers have left', async () => {
    const { a, b, clock } = await two();
    const tap = new Tap<string>().emit('half');
    const one = reading(a, () => tap);
    await take(one, 1);
    const other = collect(reading(b, () => words('whole')));
    await settle();
    await one.return!();
    await clock.advance(NAP);
    expect(await other).toEqual(['whole']);
    expect(tap.returned).toBe(1);
  });

  it('are not made for a reader who has left while it waited for another process', async () => {
    const { a, b, clock } = await two();
    const tap = new Tap<string>().emit('half');
    const one = reading(a, () => tap);
    await take(one, 1);
    let runs = 0;
    const other = reading(b, () => {
      runs++;
      return words('never');
    });
    const next = other.next();
    await settle();
    await other.return!();
    expect(await next).toEqual({ done: true, value: undefined });
    await clock.advance(NAP);
    expect(b.cache.cache.parts.flights.running.size).toBe(0);
    await one.return!();
    await clock.advance(LEASE + NAP);
    expect(runs).toBe(0);
  });

  it('give their lease back when they are too long to be stored', async () => {
    const { join, clock, server } = fleet(mode);
    const a = await join({ backend, streams: { maxBytes: 1_000 } });
    const b = await join({ backend });
    const tap = new Tap<string>().emit('x'.repeat(1_000));
    const one = reading(a, () => tap);
    await take(one, 1);
    await settle();
    expect(standing(server, 'l')).toEqual([]);
    const other = collect(reading(b, () => words('short')));
    await clock.advance(NAP);
    expect(await other).toEqual(['short']);
    tap.emit('y').end();
    expect(await collect(one)).toEqual(['y']);
  });

  it.each(CHANGES)('are not stored over what another process did meanwhile: $name', async ({ run, leaves }) => {
    const { a, b } = await two();
    const tap = new Tap<string>().emit('old');
    const scope = scopeOf(a);
    const one = scope.getOrSetStream('k', () => tap, { tags: ['t'] });
    await take(one, 1);
    expect(await run(b)).toBe(true);
    await settle();
    tap.end();
    expect(await collect(one)).toEqual([]);
    await settle();
    expect(await scopeOf(b).get('k')).toEqual(leaves);
    expect(await scope.get('k')).toEqual(leaves);
  });
});
