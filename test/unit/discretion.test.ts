import { describe, expect, it } from '@jest/globals';
import { DISCREET, OPEN } from '../../lib/support/discretion.js';

const KEY = 'summarize:"My diagnosis"';

describe('how keys and errors are spoken of', () => {
  it('plain: as they are, without credentials', () => {
    expect(OPEN.key(KEY)).toBe(KEY);
    expect(OPEN.quoted('a"b')).toBe('"a\\"b"');
    expect(OPEN.error(new Error('redis://me:secret@host failed'))).toBe('redis://***@host failed');
  });

  it('as a digest: the same for the same key, and nothing of it', () => {
    expect(DISCREET.key(KEY)).toMatch(/^#[0-9a-f]{16}$/);
    expect(DISCREET.quoted(KEY)).toBe(DISCREET.key(KEY));
    expect(DISCREET.key(`${KEY} `)).not.toBe(DISCREET.key(KEY));
  });

  it('of an error the name and the code alone, and of those only what looks like one', () => {
    const error = Object.assign(new Error(`cannot read ${KEY}`), { code: 'ECONNRESET' });
    expect(DISCREET.error(error)).toBe('Error ECONNRESET');
    expect(DISCREET.error(Object.assign(new Error(KEY), { code: KEY, name: KEY }))).toBe('an error');
    for (const odd of [undefined, null, KEY, 5]) expect(DISCREET.error(odd)).toBe('an error');
  });
});
