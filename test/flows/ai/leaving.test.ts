import { describe, expect, it } from '@jest/globals';
import { getEventListeners, getMaxListeners } from 'node:events';
import { types } from 'node:util';
import { CacheTimeoutError } from 'nestjs-cached';
import type { AiCacheOptions, AiRequest } from 'nestjs-cached/ai';
import { deferred, settle } from '../../support/deferred.js';
import { aiCache } from './ai-cache.js';

const request: AiRequest = { operation: 'ask', options: { model: 'm' } };
const gone = new Error('gone');

/** A model that answers when the test says so, and tells of those who hung up on it. */
function slowModel() {
  const signals: AbortSignal[] = [];
  const answers: ReturnType<typeof deferred<string>>[] = [];
  const generate = ({ signal }: { signal: AbortSignal }): Promise<string> => {
    const answer = deferred<string>();
    signals.push(signal);
    answers.push(answer);
    signal.addEventListener('abort', () => answer.reject(signal.reason as Error));
    return answer.promise;
  };
  return { signals, answers, generate };
}

describe.each<[string, AiCacheOptions]>([
  ['a cache', {}],
  ['a cache with a limit of time', { cache: { hardTimeout: '1h' } }],
  ['a cache that is switched off', { cache: { enabled: false } }],
])('who leaves %s', (_, options) => {
  it('has the reason at once, and hangs up on the model as the last one', async () => {
    const { ai } = await aiCache(options);
    const { signals, generate } = slowModel();
    const leaving = new AbortController();
    const asked = ai.getOrGenerate(request, generate, { signal: leaving.signal });
    await settle();
    leaving.abort(gone);
    await expect(asked).rejects.toBe(gone);
    expect(signals.map(({ reason }) => reason as unknown)).toEqual([gone]);
  });

  it('waits no longer for a model that takes no notice', async () => {
    const { ai } = await aiCache(options);
    const answer = deferred<string>();
    const leaving = new AbortController();
    const asked = ai.getOrGenerate(request, () => answer.promise, { signal: leaving.signal });
    await settle();
    leaving.abort(gone);
    await expect(asked).rejects.toBe(gone);
    answer.reject(new Error('of no interest any more'));
    await settle();
  });

  it('asks nobody when it has left before', async () => {
    const { ai } = await aiCache(options);
    const { signals, generate } = slowModel();
    const asked = ai.getOrGenerate(request, generate, { signal: AbortSignal.abort(gone) });
    await expect(asked).rejects.toBe(gone);
    expect(signals).toEqual([]);
  });

  it('is forgotten by its signal when it has its answer', async () => {
    const { ai } = await aiCache(options);
    const { signal } = new AbortController();
    for (let nth = 0; nth < 5; nth++) {
      const asked = { ...request, options: { model: 'm', nth } };
      expect(await ai.getOrGenerate(asked, () => Promise.resolve('an answer'), { signal })).toBe('an answer');
    }
    await settle();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    // Signals that depend on it are in a set that they are never taken out of.
    const sets = Object.getOwnPropertySymbols(signal).map((name): unknown => Reflect.get(signal, name));
    expect(sets.filter(types.isSet).map(({ size }) => size)).toEqual([]);
  });

  it('may do so by one signal for as many calls as fetch allows, without a warning', async () => {
    const { ai } = await aiCache(options);
    const { signal } = new AbortController();
    const { answers, generate } = slowModel();
    const asked = Array.from({ length: 1_500 }, () => ai.getOrGenerate(request, generate, { signal }));
    await settle();
    // Node warns of a leak where they are more than that.
    expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(getMaxListeners(signal));
    for (const answer of answers) answer.resolve('an answer');
    await Promise.all(asked);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('is answered as everybody is when it stays', async () => {
    const { ai } = await aiCache(options);
    const { answers, generate } = slowModel();
    const asked = ai.getOrGenerate(request, generate, { signal: new AbortController().signal });
    await settle();
    answers[0]!.resolve('an answer');
    expect(await asked).toBe('an answer');
  });
});

describe('who leaves others behind', () => {
  it('leaves them their answer, and the cache', async () => {
    const { ai } = await aiCache();
    const { signals, answers, generate } = slowModel();
    const leaving = new AbortController();
    const first = ai.getOrGenerate(request, generate, { signal: leaving.signal });
    const second = ai.getOrGenerate(request, generate);
    await settle();
    leaving.abort(gone);
    await expect(first).rejects.toBe(gone);
    expect(signals[0]!.aborted).toBe(false);
    answers[0]!.resolve('an answer');
    expect(await second).toBe('an answer');
    expect(await ai.getOrGenerate(request, generate, { signal: new AbortController().signal })).toBe('an answer');
    expect(signals).toHaveLength(1);
  });

  it('and who comes after the last has left has a generation of its own', async () => {
    const { ai } = await aiCache();
    const { signals, answers, generate } = slowModel();
    const leaving = new AbortController();
    const first = ai.getOrGenerate(request, generate, { signal: leaving.signal });
    await settle();
    leaving.abort(gone);
    const second = ai.getOrGenerate(request, generate);
    await expect(first).rejects.toBe(gone);
    await settle();
    answers[1]!.resolve('another answer');
    expect(await second).toBe('another answer');
    expect(signals).toHaveLength(2);
  });

  it('is not waited for longer than a limit of time says', async () => {
    const { ai, clock } = await aiCache({ cache: { hardTimeout: '1s' } });
    const { generate } = slowModel();
    const asked = ai.getOrGenerate(request, generate, { signal: new AbortController().signal });
    const failed = expect(asked).rejects.toBeInstanceOf(CacheTimeoutError);
    await clock.advance(1_001);
    await failed;
  });
});
