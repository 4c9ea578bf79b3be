import { describe, expect, it } from '@jest/globals';
import { Gathering } from '../../../lib/core/gathering.js';
import { deferred, settle } from '../../support/deferred.js';

function open() {
  const worked: string[][] = [];
  const gathering = new Gathering<string>(async (items) => void worked.push([...items]));
  return { worked, gathering };
}

describe('gathering', () => {
  it('what comes up in one turn is done together, in its order', async () => {
    const { worked, gathering } = open();
    const all = ['a', 'b'].map((item) => gathering.add(item));
    await Promise.resolve();
    all.push(gathering.add('c'));
    expect(worked).toEqual([]);
    await Promise.all(all);
    expect(worked).toEqual([['a', 'b', 'c']]);
  });

  it('what comes up later is done by itself', async () => {
    const { worked, gathering } = open();
    await gathering.add('a');
    await gathering.add('b');
    expect(worked).toEqual([['a'], ['b']]);
  });

  it('what comes up while the work is under way begins another, and does not wait for it', async () => {
    const gates = [deferred<void>(), deferred<void>()];
    const worked: string[][] = [];
    const gathering = new Gathering<string>((items) => gates[worked.push([...items]) - 1]!.promise);
    const done: string[] = [];
    void gathering.add('a').then(() => done.push('a'));
    await settle();
    void gathering.add('b').then(() => done.push('b'));
    await settle();
    expect(worked).toEqual([['a'], ['b']]);
    gates[1]!.resolve();
    await settle();
    expect(done).toEqual(['b']);
    gates[0]!.resolve();
    await settle();
    expect(done).toEqual(['b', 'a']);
  });

  it('a failure is that of all who were gathered, and of nobody after them', async () => {
    let runs = 0;
    const gathering = new Gathering<string>(async () => {
      if (++runs === 1) throw new Error('no work');
    });
    const all = await Promise.allSettled([gathering.add('a'), gathering.add('b')]);
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await gathering.add('c');
    expect(runs).toBe(2);
  });
});
