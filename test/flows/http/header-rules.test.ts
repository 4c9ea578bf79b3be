import { describe, expect, it } from '@jest/globals';
import { changedHeaders, forbidsStorage, listOf, replayableHeaders } from '../../../lib/nest/http/header-rules.js';

describe('header rules', () => {
  it('reads lists: several lines, blanks, repetition, case', () => {
    expect(listOf(undefined)).toEqual([]);
    expect(listOf('')).toEqual([]);
    expect(listOf(' Accept ,, ACCEPT,Origin ')).toEqual(['accept', 'origin']);
    expect(listOf(['Accept', 'Origin, Cookie'])).toEqual(['accept', 'origin', 'cookie']);
    expect(listOf(7)).toEqual(['7']);
  });

  it.each(['no-store', 'private', 'max-age=0, No-Store', 'PRIVATE="x-user"', 'private = "a"'])(
    '%s forbids storage',
    (value) => {
      expect(forbidsStorage(value)).toBe(true);
    },
  );

  it.each([undefined, 'public', 'no-cache', 'max-age=60', 'x-no-store', 'no-storey', 'my-private'])(
    '%s does not',
    (value) => {
      expect(forbidsStorage(value)).toBe(false);
    },
  );

  it('finds what is new or different, whatever the spelling of a value', () => {
    const before = { 'x-same': 1, 'x-list': ['a', 'b'], 'x-other': 'a' };
    const after = { 'x-same': '1', 'x-list': ['a', 'b'], 'x-other': 'b', 'x-new': 'n', 'x-gone': undefined };
    expect(changedHeaders(before, after)).toEqual({ 'x-other': 'b', 'x-new': 'n' });
    expect(changedHeaders({ 'x-list': 'a' }, { 'x-list': ['a', 'b'] })).toEqual({ 'x-list': ['a', 'b'] });
  });

  it('replays nothing that belongs to one message, connection or client', () => {
    const personal = {
      'set-cookie': 'a=1',
      date: 'now',
      'content-length': '5',
      connection: 'close, X-Hop',
      'x-hop': '1',
      'transfer-encoding': 'chunked',
      'x-request-id': '1',
      traceparent: '00',
      age: '3',
      'x-ratelimit-remaining': '3',
      'ratelimit-limit': '9',
      ratelimit: '9',
      'x-cache': 'MISS',
    };
    expect(replayableHeaders({ ...personal, etag: '"1"', 'content-type': 'text/csv', 'x-rated': 'yes' })).toEqual({
      etag: '"1"',
      'content-type': 'text/csv',
      'x-rated': 'yes',
    });
  });
});
