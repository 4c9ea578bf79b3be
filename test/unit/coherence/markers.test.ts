import { describe, expect, it } from '@jest/globals';
import { Markers } from '../../../lib/wrappers/coherence/markers.js';

describe('markers', () => {
  it('stand until what they were placed on is touched', () => {
    const markers = new Markers();
    const [k, other] = [markers.place('k'), markers.place('other')];
    expect([k.stands, other.stands]).toEqual([true, true]);
    expect(k.id).toBe('k');
    markers.fell('k');
    expect([k.stands, other.stands]).toEqual([false, true]);
    markers.fellAll();
    expect(other.stands).toBe(false);
  });

  it('all on one id fall together, but the one that is spared', () => {
    const markers = new Markers();
    const [first, second, third] = [markers.place('k'), markers.place('k'), markers.place('k')];
    markers.fell('k', second);
    expect([first.stands, second.stands, third.stands]).toEqual([false, true, false]);
  });

  it('one that is placed after the fall stands, beside one that has fallen', () => {
    const markers = new Markers();
    const before = markers.place('k');
    markers.fell('k');
    const after = markers.place('k');
    expect([before.stands, after.stands]).toEqual([false, true]);
    markers.lift(after);
    expect(before.stands).toBe(false);
  });

  it('that were lifted are not remembered, and touched no more', () => {
    const markers = new Markers();
    const [first, second, other] = [markers.place('k'), markers.place('k'), markers.place('other')];
    expect(markers.size).toBe(2);
    markers.lift(first);
    markers.fell('k');
    markers.fellAll();
    expect([first.stands, second.stands, other.stands]).toEqual([true, false, false]);
    markers.lift(second);
    markers.lift(second);
    markers.lift(other);
    expect(markers.size).toBe(0);
    markers.fell('k');
    markers.lift(first);
    expect(markers.size).toBe(0);
  });
});
