import { describe, expect, it } from '@jest/globals';
import { Outcome } from '../../../lib/core/outcome.js';

describe('Outcome', () => {
  it.each([
    ['before', true],
    ['after', false],
  ])('tells those who ask %s it is known', async (_, asksFirst) => {
    const [kept, failed] = [new Outcome<string>(), new Outcome<string>()];
    const asked = asksFirst ? [kept.promise, failed.promise] : undefined;
    kept.keep('value');
    failed.fail(new Error('mine'));
    const [value, error] = asked ?? [kept.promise, failed.promise];
    await expect(value).resolves.toBe('value');
    await expect(error).rejects.toThrow('mine');
    expect(kept.promise).toBe(value);
  });

  it('takes the first word', async () => {
    const outcome = new Outcome<string>();
    expect(outcome.isOpen).toBe(true);
    outcome.keep('first');
    outcome.keep('second');
    outcome.fail(new Error('third'));
    expect(outcome.isOpen).toBe(false);
    await expect(outcome.promise).resolves.toBe('first');
  });

  it('leaves no rejection behind when those who asked are gone', async () => {
    const heard: unknown[] = [];
    const hear = (error: unknown): void => void heard.push(error);
    process.on('unhandledRejection', hear);
    const [early, late, never] = [new Outcome(), new Outcome(), new Outcome()];
    void early.promise;
    for (const outcome of [early, late, never]) outcome.fail(new Error('nobody listens'));
    void late.promise;
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', hear);
    expect(heard).toEqual([]);
  });
});
