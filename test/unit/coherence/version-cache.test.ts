import { describe, expect, it } from '@jest/globals';
import { settle } from '../../support/deferred.js';
import { FleetBus } from '../../support/fleet-bus.js';
import { VersionCache } from '../../../lib/wrappers/encoded/version-cache.js';

function open() {
  const bus = new FleetBus('tracking', false);
  const cache = new VersionCache(bus);
  /** A look at some versions that nothing disturbs. */
  const read = (keys: string[], versions: (string | undefined)[]): void => {
    const reading = cache.begin(keys);
    reading.settle(versions);
    reading.end();
  };
  return { bus, cache, read };
}

describe('versions at hand', () => {
  it('what was read is kept; what was not there is not', () => {
    const { cache, read } = open();
    read(['t', 'u', 'w'], ['1', undefined, '3']);
    expect(['t', 'u', 'w', 'x'].map((key) => cache.get(key))).toEqual(['1', undefined, '3', undefined]);
  });

  it('what is changed while it is read is not kept, what stands beside it is', async () => {
    const { bus, cache } = open();
    const reading = cache.begin(['t', 'u']);
    bus.push({ kind: 'keys', keys: ['t'] });
    await settle();
    reading.settle(['old', '1']);
    reading.end();
    expect([cache.get('t'), cache.get('u')]).toEqual([undefined, '1']);
  });

  it('of two looks only the one that began after the change keeps what it found', async () => {
    const { bus, cache } = open();
    const before = cache.begin(['t']);
    bus.push({ kind: 'keys', keys: ['t'] });
    await settle();
    const after = cache.begin(['t']);
    after.settle(['new']);
    before.settle(['old']);
    expect(cache.get('t')).toBe('new');
    before.end();
    after.end();
  });

  it('an own change is dropped when it is sent, and again when it is done: what a read found in between goes, too', () => {
    const { cache, read } = open();
    read(['t'], ['1']);
    // sent
    cache.drop(['t']);
    expect(cache.get('t')).toBeUndefined();
    // a read overtakes it, and is answered; another is under way
    read(['t'], ['1']);
    const late = cache.begin(['t']);
    expect(cache.get('t')).toBe('1');
    // done
    cache.drop(['t']);
    late.settle(['1']);
    late.end();
    expect(cache.get('t')).toBeUndefined();
  });

  it.each(['lost', 'back', 'everything'] as const)(
    '%s: everything is dropped, and what is being read is not kept',
    async (what) => {
      const { bus, cache, read } = open();
      read(['t'], ['1']);
      const reading = cache.begin(['u']);
      if (what === 'everything') bus.push({ kind: 'everything' });
      else bus.drop();
      if (what === 'back') bus.restore();
      await settle();
      expect(cache.get('t')).toBeUndefined();
      reading.settle(['1']);
      reading.end();
      if (what === 'lost') bus.restore();
      expect([cache.get('t'), cache.get('u')]).toEqual([undefined, undefined]);
      read(['t'], ['2']);
      expect(cache.get('t')).toBe('2');
    },
  );

  it('while nobody says what changes, nothing is given and nothing is kept', () => {
    const { bus, cache, read } = open();
    bus.drop();
    read(['t'], ['1']);
    expect(cache.get('t')).toBeUndefined();
    bus.restore();
    expect(cache.get('t')).toBeUndefined();
  });

  it('a pattern concerns no version', async () => {
    const { bus, cache, read } = open();
    read(['t'], ['1']);
    bus.push({ kind: 'pattern', path: 'app', pattern: '*' });
    await settle();
    expect(cache.get('t')).toBe('1');
  });

  it('closed, it has forgotten all', async () => {
    const { bus, cache, read } = open();
    read(['t'], ['1']);
    const reading = cache.begin(['u']);
    cache.close();
    reading.settle(['1']);
    reading.end();
    bus.push({ kind: 'keys', keys: ['t'] });
    await settle();
    expect([cache.get('t'), cache.get('u')]).toEqual([undefined, undefined]);
  });
});
