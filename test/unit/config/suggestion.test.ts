import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { editDistance, suggestion } from '../../../lib/config/suggestion.js';

describe('suggestion', () => {
  it.each([
    ['ttll', 'ttl'],
    ['TTL', 'ttl'],
    ['tll', 'ttl'],
    ['tt', 'ttl'],
    ['redsi', 'redis'],
    ['namspac', 'namespace'],
    ['name', undefined],
    ['tx', undefined],
  ])('takes %s for %s', (word, meant) => {
    expect(suggestion(word, ['ttl', 'namespace', 'redis'])).toBe(meant);
  });

  it('prefers the nearest', () => {
    expect(suggestion('softTimeoutt', ['hardTimeout', 'softTimeouts', 'softTimeout'])).toBe('softTimeouts');
  });
});

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['abc', 'abc', 0],
    ['abc', 'acb', 1],
    ['abc', 'ab', 1],
    ['abc', 'abx', 1],
    ['abcd', 'badc', 2],
    ['abc', 'abcdef', Infinity],
  ])('of %p and %p is %p', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  it('is the same in both directions, and 0 for equal words only', () => {
    const word = fc.stringMatching(/^[abc]{0,6}$/);
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
      }),
    );
  });
});
