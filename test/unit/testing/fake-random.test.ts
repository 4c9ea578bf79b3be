import { describe, expect, it } from '@jest/globals';
import { FakeRandom } from '../../../lib/testing/fake-random.js';

describe('FakeRandom', () => {
  it('gives the scripted numbers in their order, then 0.5', () => {
    const random = new FakeRandom([0.1, 0.9]);
    random.script(0);
    expect([random.next(), random.next(), random.next(), random.next()]).toEqual([0.1, 0.9, 0, 0.5]);
  });

  it.each([1, -0.1, Number.NaN])('refuses %p', (value) => {
    expect(() => new FakeRandom([value])).toThrow(RangeError);
  });

  it('counts ids from 1 under a prefix of its own', () => {
    const random = new FakeRandom([], 'stamp');
    expect([random.id(), random.id()]).toEqual(['stamp-1', 'stamp-2']);
  });

  it('never repeats an id, whichever instance is asked', () => {
    const randoms = [new FakeRandom(), new FakeRandom()];
    const ids = Array.from({ length: 10 }, (_, index) => randoms[index % 2]!.id());
    expect(new Set(ids).size).toBe(10);
    expect(ids.every((id) => /^id-\d+$/.test(id))).toBe(true);
  });
});
