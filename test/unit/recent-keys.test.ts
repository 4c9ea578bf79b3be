import { describe, expect, it } from '@jest/globals';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';

import { Atoms } from '../../lib/core/atoms.js';
import { RecentKeys } from '../../lib/core/recent-keys.js';
import { referenceDigest } from '../support/reference-key.js';

function atomsOf(...args: unknown[]): Atoms {
  const atoms = new Atoms();
  if (!args.every((value) => atoms.take(value))) throw new Error('not plain');
  return atoms;
}

/** Asks as a call does: what is not there is added. Whether it was there. */
function ask(keys: RecentKeys, head: string, ...args: unknown[]): boolean {
  const atoms = atomsOf(...args);
  const key = keys.get(head, atoms);
  if (key === undefined) keys.add(head, atoms, `${head} ${JSON.stringify(args)}`);
  else if (key !== `${head} ${JSON.stringify(args)}`) throw new Error(`${head} ${JSON.stringify(args)} got ${key}`);
  return key !== undefined;
}

describe('RecentKeys', () => {
  it('gives a call its own key or none, also where all calls fall into one pair', () => {
    const text = fc.constantFrom('', '1', 'a', 'b', 'a name of some length', 'a name of some Length', 'length');
    const value = fc.oneof(text, fc.constantFrom<unknown>(1, 0, 2, 1.5, true, false, null));
    const args = fc.array(
      fc.oneof(value, fc.array(value, { maxLength: 3 }), fc.record({ a: value, b: value }, { requiredKeys: [] })),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('A', 'B', 'head'), args), { maxLength: 40 }), (calls) => {
        const keys = new RecentKeys(0);
        for (const [head, made] of [...calls, ...calls]) ask(keys, head, ...made);
      }),
      { numRuns: 500 },
    );
  });

  it('has the key of a call at once, and again', () => {
    const keys = new RecentKeys(4);
    expect(ask(keys, 'A', 1, { lang: 'en' })).toBe(false);
    expect(ask(keys, 'A', 1, { lang: 'en' })).toBe(true);
    expect(ask(keys, 'B', 1, { lang: 'en' })).toBe(false);
  });

  it('keeps two calls of a pair that take turns, through a flood of others', () => {
    const keys = new RecentKeys(0);
    ask(keys, 'A', 'first');
    ask(keys, 'A', 'second');
    for (let index = 0; index < 12; index++) ask(keys, 'A', `once ${index}`);
    expect([ask(keys, 'A', 'first'), ask(keys, 'A', 'second')]).toEqual([true, true]);
  });

  it('lets new calls in that keep coming', () => {
    const keys = new RecentKeys(0);
    ask(keys, 'A', 'old');
    ask(keys, 'A', 'older');
    let missed = 0;
    while (!ask(keys, 'A', 'new')) missed++;
    expect(missed).toBeLessThan(40);
  });

  it('keeps no more of a text than the argument cut out of it', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const keys = new RecentKeys(8);
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let index = 0; index < 100; index++) {
      const page = `${'x'.repeat(500_000)}${index} and what follows`;
      const cut = page.slice(page.indexOf(String(index)));
      const atoms = atomsOf(cut);
      keys.add('A', atoms, `A:${cut}`);
    }
    collect();
    expect((process.memoryUsage().heapUsed - before) / 1e6).toBeLessThan(10);
    expect(keys.get('A', atomsOf('0 and what follows'))).toBe('A:0 and what follows');
  });

  it('finds most of a thousand calls again, whatever tells them apart', () => {
    const kinds: Record<string, (index: number) => unknown> = {
      number: (index) => index,
      thousands: (index) => index * 1000,
      fraction: (index) => index / 8,
      numbered: (index) => `user:${index}`,
      'long and numbered': (index) => `https://api.example.org/users/${String(index).padStart(6, '0')}`,
      'random id': (index) => referenceDigest(String(index)).slice(0, 36),
      field: (index) => ({ page: index % 32, q: `term${index >> 5}` }),
    };
    for (const [kind, make] of Object.entries(kinds)) {
      const keys = new RecentKeys(10);
      for (let index = 0; index < 1000; index++) ask(keys, 'Books:find', make(index));
      let found = 0;
      for (let index = 0; index < 1000; index++) if (ask(keys, 'Books:find', make(index))) found++;
      expect({ kind, isMost: found > 750 }).toEqual({ kind, isMost: true });
    }
  });
});

describe('Atoms', () => {
  it('hold on to nothing of the last call', () => {
    const atoms = atomsOf('a', { b: ['c', 1] });
    atoms.clear();
    expect(atoms.list.every((atom) => atom === undefined)).toBe(true);
    expect(atoms.hash).toBe(0);
  });

  it('are not compared where the list is new each time', () => {
    const wide = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, index]));
    for (const value of [new Date(0), 'x'.repeat(2000), wide, [Buffer.of(1)]])
      expect(atomsOf(value).isComparable).toBe(false);
    for (const value of [-0, NaN, {}, [], { a: [{}] }, 'x'.repeat(1024)])
      expect(atomsOf(value).isComparable).toBe(true);
  });
});
