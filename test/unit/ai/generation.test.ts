import { describe, expect, it } from '@jest/globals';
import { AiBooks } from '../../../lib/ai/ai-books.js';
import { Prices } from '../../../lib/ai/cost/prices.js';
import { Generation } from '../../../lib/ai/generation.js';
import { RequestKeys } from '../../../lib/ai/keys/request-keys.js';
import type { StoredAnswer } from '../../../lib/ai/stored-answer.js';
import { LoadContext } from '../../../lib/core/load.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';

const request = new RequestKeys().prepare({ operation: 'qa', text: 'a', options: { model: 'm' } });

describe('Generation', () => {
  it('knows its own answer from one that another has made meanwhile', async () => {
    const clock = new FakeClock();
    const parts = { books: new AiBooks(new Prices()), clock, storeToolCalls: false };
    const pause = (): Promise<void> => new Promise((resolve) => void clock.setTimeout(resolve, 7));
    const generation = new Generation(parts, request, undefined, () => pause().then(() => 'answer'), undefined);
    expect(generation.hasMade({ response: 'answer', took: 7 })).toBe(false);
    const loading = generation.load(new LoadContext<StoredAnswer>(request.key, undefined));
    await clock.advance(7);
    const own = await loading;
    expect(own).toEqual({ response: 'answer', took: 7 });
    expect(generation.hasMade(own)).toBe(true);
    expect(generation.hasMade({ ...own })).toBe(true);
    expect(generation.hasMade({ response: 'answer', took: 8 })).toBe(false);
  });

  it('stores what is known beside the answer, and nothing that is not', async () => {
    const clock = new FakeClock();
    const parts = { books: new AiBooks(new Prices()), clock, storeToolCalls: false };
    const stored = async (prepared: typeof request, response: unknown): Promise<StoredAnswer> =>
      new Generation(parts, prepared, undefined, () => response, undefined).load(
        new LoadContext<StoredAnswer>(prepared.key, undefined),
      );
    const usage = { prompt_tokens: 5, completion_tokens: 7 };
    const choices = [{ message: { content: 'text' }, finish_reason: 'stop' }];
    const response = { object: 'chat.completion', model: 'm-1', choices, usage };
    expect(await stored(request, response)).toEqual({ response, took: 0, input: 5, output: 7 });
    const other = new RequestKeys().prepare({ operation: 'qa' });
    expect(await stored(other, response)).toEqual({ response, took: 0, input: 5, output: 7, model: 'm-1' });
    const odd = { ...response, usage: { prompt_tokens: -5, completion_tokens: Number.NaN } };
    expect(Object.keys(await stored(request, odd))).toEqual(['response', 'took']);
  });
});
