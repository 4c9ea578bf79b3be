import { getMaxListeners, setMaxListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { mayBeShared } from '../../lib/support/shared-signal.js';

describe('mayBeShared', () => {
  it('raises the bound that Node sets, and no other', () => {
    const { signal } = new AbortController();
    mayBeShared(signal);
    expect(getMaxListeners(signal)).toBe(3_000);
    setMaxListeners(20, signal);
    mayBeShared(signal);
    expect(getMaxListeners(signal)).toBe(20);
  });

  it('takes a signal of any making', () => {
    expect(() => mayBeShared({ aborted: false } as AbortSignal)).not.toThrow();
  });
});
