import { describe, expect, it, jest } from '@jest/globals';
import { CacheKeyError, CacheTenantError, CacheTimeoutError, CacheUsageError } from 'nestjs-cached';
import type { AiRequest, AnswerRules } from 'nestjs-cached/ai';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { MapBackend } from '../../../lib/testing/map.backend.js';
import { aiCache, completion, itemsIn, streamOf } from './ai-cache.js';

const request: AiRequest = { operation: 'summarize', text: 'A long report.', options: { model: 'gpt-x' } };

describe('getOrGenerate', () => {
  it('asks the model once, and gives the answer to all who ask the same', async () => {
    const { ai, manager } = await aiCache();
    const generate = jest.fn(async () => completion('Short.'));
    const together = await Promise.all([1, 2, 3].map(() => ai.getOrGenerate(request, generate)));
    const later = await ai.getOrGenerate(request, generate);
    expect([...together, later]).toEqual(Array.from({ length: 4 }, () => completion('Short.')));
    expect(generate).toHaveBeenCalledTimes(1);
    expect(manager.getStats()).toMatchObject({ loads: 1 });
  });

  it('takes a prepared request for the request itself', async () => {
    const { ai } = await aiCache();
    const prepared = ai.prepare(request);
    await ai.getOrGenerate(prepared, () => 'Short.');
    expect(await ai.getOrGenerate(request, () => 'other')).toBe('Short.');
    expect(await ai.getCachedResponse(prepared)).toBe('Short.');
    expect(ai.prepare(request).key).toBe(prepared.key);
  });

  it('explains why two requests do not share an answer, without their words', async () => {
    const { ai } = await aiCache();
    const other = { ...request, text: 'Another report.', options: { model: 'gpt-x', temperature: 0.5 } };
    const differences = ai.explainKey(request, ai.prepare(other));
    expect(differences.map(({ path }) => path)).toEqual(['text', 'options.temperature']);
    expect(differences[1]).toMatchObject({ a: 'absent', b: '0.5' });
    expect(JSON.stringify(differences)).not.toContain('report');
    expect(ai.explainKey(request, ai.prepare(request))).toEqual([]);
  });

  it('keeps apart what may be answered otherwise', async () => {
    const { ai } = await aiCache();
    const variants: AiRequest[] = [
      request,
      { ...request, text: 'Another report.' },
      { ...request, operation: 'sentiment' },
      { ...request, question: 'Why?' },
      { ...request, options: { model: 'gpt-y' } },
      { ...request, options: { model: 'gpt-x', temperature: 0 } },
    ];
    const ask = (): Promise<string[]> =>
      Promise.all(variants.map((each, at) => ai.getOrGenerate(each, () => `answer ${at}`)));
    const expected = variants.map((_, at) => `answer ${at}`);
    expect(await ask()).toEqual(expected);
    expect(await ask()).toEqual(expected);
  });

  it('gives everybody a copy: who changes an answer changes nobody else’s', async () => {
    const { ai } = await aiCache();
    const first = await ai.getOrGenerate(request, () => ({ points: ['one'] }));
    first.points.push('mine');
    const second = await ai.getOrGenerate(request, () => ({ points: ['other'] }));
    expect(second).toEqual({ points: ['one'] });
    second.points.push('mine too');
    expect(await ai.getOrGenerate(request, () => ({ points: ['other'] }))).toEqual({ points: ['one'] });
    expect(await ai.getCachedResponse(request)).toEqual({ points: ['one'] });
  });

  it('keeps every value that an answer may be, also undefined and null', async () => {
    const { ai } = await aiCache();
    for (const [at, value] of [undefined, null, 0, false, { date: new Date(0) }].entries()) {
      const other = { ...request, text: `text ${at}` };
      await ai.getOrGenerate<unknown>(other, () => value);
      expect(await ai.getOrGenerate<unknown>(other, () => 'other')).toEqual(value);
    }
  });

  it('gives the model the context of a loader, with the stale answer as an answer', async () => {
    const { ai, clock } = await aiCache();
    const rules: AnswerRules<string> = { ttl: '1m', staleIfError: '1h' };
    const stale: unknown[] = [];
    await ai.getOrGenerate(request, () => 'old', rules);
    await clock.advance(61_000);
    const context = await ai.getOrGenerate(
      request,
      ({ stale: before, key, signal }) => {
        stale.push(before, key, signal.aborted);
        return 'new';
      },
      rules,
    );
    expect(context).toBe('new');
    expect(stale).toEqual(['old', ai.prepare(request).key, false]);
  });

  it('serves a stale answer while a new one is generated, and counts each as what it is', async () => {
    const { ai, clock, events } = await aiCache();
    const rules: AnswerRules<string> = { ttl: '1m', staleWhileRevalidate: '1h' };
    const generate = (answer: string) => async (): Promise<string> => {
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, answer.length));
      return answer;
    };
    const first = ai.getOrGenerate(request, generate('old'), rules);
    await clock.advance(10);
    expect(await first).toBe('old');
    await clock.advance(61_000);
    expect(await ai.getOrGenerate(request, generate('newer'), rules)).toBe('old');
    await clock.advance(10);
    expect(await ai.getOrGenerate(request, generate('newest'), rules)).toBe('newer');
    expect(events.map(([type]) => type)).toEqual(['generated', 'served', 'generated', 'served']);
  });
});

it.each([
  ['the process', () => ({})],
  ['a store', (clock: FakeClock) => ({ backend: new MapBackend(clock) })],
])('counts a stale answer of %s as served, though a new one was generated at once behind it', async (_, cacheOn) => {
  const clock = new FakeClock();
  const { ai, events } = await aiCache({}, clock, cacheOn(clock));
  const rules: AnswerRules<string> = { ttl: '1m', staleWhileRevalidate: '1h' };
  const generate = (): Promise<string> => new Promise((resolve) => void clock.setTimeout(() => resolve('old'), 5));
  const first = ai.getOrGenerate(request, generate, rules);
  await clock.advance(5);
  await first;
  await clock.advance(61_000);
  expect(await ai.getOrGenerate(request, () => 'new', rules)).toBe('old');
  await clock.advance(1);
  const told = events.map(([type, { duration }]) => `${type} ${duration}`);
  expect(told.toSorted()).toEqual(['generated 0', 'generated 5', 'served 0']);
});

describe('an AI cache that is switched off', () => {
  it('asks the model each time, and counts that', async () => {
    const { ai, events } = await aiCache({ cache: { enabled: false } });
    let runs = 0;
    for (const run of [1, 2]) expect(await ai.getOrGenerate(request, () => `run ${++runs}`)).toBe(`run ${run}`);
    const streams = [1, 2].map(() => itemsIn(ai.getOrGenerateStream(request, () => streamOf([`run ${++runs}`]))));
    expect(await Promise.all(streams)).toEqual([['run 3'], ['run 4']]);
    expect(events.map(([type]) => type)).toEqual(Array.from({ length: 4 }, () => 'generated'));
    expect(await ai.getCachedResponse(request)).toBeUndefined();
  });
});

describe('the ttl of an answer', () => {
  const left = async (operation: string, options = {}, rules = {}): Promise<number | undefined> => {
    const { ai, manager } = await aiCache(options);
    await ai.getOrGenerate({ operation, text: 'a' }, () => 'answer', rules);
    return manager.getTtl(ai.prepare({ operation, text: 'a' }).key);
  };

  it.each([
    ['summarize', 7_200_000],
    ['sentiment', 86_400_000],
    ['key_points', 7_200_000],
    ['keyPoints', 7_200_000],
    ['questions', 3_600_000],
    ['qa', 1_800_000],
    ['translate', 3_600_000],
  ])('of %s is %i by default', async (operation, ttl) => {
    expect(await left(operation)).toBe(ttl);
  });

  it('is that of the call, then that of the operation, then that of the cache', async () => {
    const options = { operationTtls: { QA: '10s' }, cache: { ttl: '20s' } };
    expect(await left('qa', options)).toBe(10_000);
    expect(await left('translate', options)).toBe(20_000);
    expect(await left('qa', options, { ttl: '5s' })).toBe(5_000);
    expect(await left('qa', options, { ttl: 0 })).toBeUndefined();
  });

  it('may be chosen by what was generated; one that is none keeps the answer out, and loses it to nobody', async () => {
    const { ai, manager, events } = await aiCache();
    const other = { ...request, text: 'other' };
    await ai.getOrGenerate(request, ({ setTtl }) => (setTtl('3s'), 'answer'));
    expect(await manager.getTtl(ai.prepare(request).key)).toBe(3_000);
    expect(await ai.getOrGenerate(other, ({ setTtl }) => (setTtl(-1), 'answer'))).toBe('answer');
    expect(await ai.getCachedResponse(other)).toBeUndefined();
    expect(events.at(-1)).toMatchObject(['refused', { reason: 'ttl', stored: false }]);
  });
});

describe('what is never stored', () => {
  class Lazy {
    readonly steps = ['text'];
    get text(): string {
      return this.steps.join('');
    }
  }

  it.each<[string, unknown, AnswerRules?]>([
    ['length', completion('Half a sen', { finish_reason: 'length' })],
    ['content-filter', completion('', { finish_reason: 'content_filter' })],
    ['tool-calls', completion('', { finish_reason: 'tool_calls', message: { tool_calls: [{ id: 'a' }] } })],
    ['empty', completion('  \n')],
    ['empty', ''],
    ['invalid', '{"half": ', { validate: (text) => Boolean(JSON.parse(text as string)) }],
    ['invalid', { points: 1 }, { validate: () => false }],
    ['invalid', { points: 1 }, { validate: { safeParse: () => ({ success: false }) } }],
    [
      'invalid',
      'text',
      {
        describe: () => {
          throw new Error('no idea');
        },
      },
    ],
    ['length', { mine: 'Half a sen' }, { describe: () => ({ finish: 'length' }) }],
    ['instance', new Lazy()],
  ])('%s: %p', async (reason, response, ...[rules]) => {
    const { ai, events } = await aiCache();
    const generate = jest.fn(async () => response);
    const together = [ai.getOrGenerate(request, generate, rules), ai.getOrGenerate(request, generate, rules)];
    expect(await Promise.all(together)).toEqual([response, response]);
    expect(generate).toHaveBeenCalledTimes(1);
    expect(await ai.getCachedResponse(request)).toBeUndefined();
    expect(events.map(([type]) => type)).toEqual(['generated', 'refused', 'served']);
    expect(events[1]![1]).toMatchObject({ reason, stored: false });
    expect(await ai.cacheResponse({ ...request, response }, rules)).toBe(false);
  });

  it('what the generation itself skips', async () => {
    const { ai, events } = await aiCache();
    expect(await ai.getOrGenerate(request, ({ skip }) => (skip(), 'answer'))).toBe('answer');
    expect(await ai.getCachedResponse(request)).toBeUndefined();
    expect(events.at(-1)).toMatchObject(['refused', { reason: 'skipped' }]);
  });

  it('an error: it reaches everybody who has asked, and the next one asks the model again', async () => {
    const { ai, events } = await aiCache();
    const error = Object.assign(new Error('429 Rate limit reached'), { status: 429 });
    const failing = jest.fn(() => Promise.reject(error));
    const together = [1, 2].map(() => ai.getOrGenerate(request, failing).catch((reason: unknown) => reason));
    expect(await Promise.all(together)).toEqual([error, error]);
    expect(failing).toHaveBeenCalledTimes(1);
    expect(events).toEqual([]);
    expect(await ai.getOrGenerate(request, () => 'answer')).toBe('answer');
  });

  it('tool calls are stored where they are allowed, by the options or by the call', async () => {
    const response = completion('', { finish_reason: 'tool_calls', message: { tool_calls: [{ id: 'a' }] } });
    const { ai } = await aiCache({ storeToolCalls: true });
    await ai.getOrGenerate(request, () => response);
    expect(await ai.getCachedResponse(request)).toEqual(response);
    await ai.clear();
    await ai.getOrGenerate(request, () => response, { storeToolCalls: false });
    expect(await ai.getCachedResponse(request)).toBeUndefined();
    const { ai: strict } = await aiCache();
    await strict.getOrGenerate(request, () => response, { storeToolCalls: true });
    expect(await strict.getCachedResponse(request)).toEqual(response);
  });

  it('a plain instance is stored as its own data', async () => {
    class Message {
      constructor(readonly content: string) {}
      hello(): string {
        return this.content;
      }
    }
    const { ai } = await aiCache();
    await ai.getOrGenerate<object>(request, () => new Message('text'));
    expect(await ai.getOrGenerate<object>(request, () => ({}))).toEqual({ content: 'text' });
  });
});

describe('bad input', () => {
  const never = jest.fn(() => 'answer');

  it.each<[string, unknown, new (...args: never[]) => Error, RegExp]>([
    ['no request', undefined, CacheUsageError, /request|operation/],
    ['no operation', { text: 'a' }, CacheUsageError, /operation/],
    ['an empty operation', { operation: '' }, CacheUsageError, /operation/],
    ['a text that is none', { operation: 'qa', text: 5 }, CacheUsageError, /text/],
    ['a tenant that is none', { operation: 'qa', tenant: 5 }, CacheTenantError, /tenant/],
    ['an empty tenant', { operation: 'qa', tenant: '' }, CacheTenantError, /tenant/],
    [
      'an option without identity',
      { operation: 'qa', options: { model: 'm', x: () => 1 } },
      CacheKeyError,
      /options\.x/,
    ],
  ])('%s rejects, and nothing is generated', async (_, bad, type, message) => {
    const { ai, manager } = await aiCache();
    for (const call of [
      () => ai.getOrGenerate(bad as never, never),
      () => ai.getOrGenerateStream(bad as never, never as never).next(),
      () => ai.getCachedResponse(bad as never),
      () => ai.cacheResponse({ ...(bad as AiRequest), response: 'answer' }),
    ]) {
      const error: unknown = await call().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(type);
      expect((error as Error).message).toMatch(message);
    }
    expect(never).not.toHaveBeenCalled();
    expect(manager.getStats()).toMatchObject({ sets: 0, loads: 0 });
    expect(await ai.getOrGenerate(request, () => 'answer')).toBe('answer');
  });

  it('a text longer than the limit is refused by its name; 50 MB are taken', async () => {
    const { ai } = await aiCache();
    const text = 'x'.repeat(50_000_000);
    expect(await ai.getOrGenerate({ operation: 'qa', text }, () => 'answer')).toBe('answer');
    expect(await ai.getOrGenerate({ operation: 'qa', text }, () => 'other')).toBe('answer');
    await expect(ai.getOrGenerate({ operation: 'qa', text: `${text}x` }, never)).rejects.toThrow('maxTextLength');
  });

  it('what is no function, and a model that is too slow', async () => {
    const { ai, clock } = await aiCache();
    await expect(ai.getOrGenerate(request, 'answer' as never)).rejects.toThrow(CacheUsageError);
    const slow = ai.getOrGenerate(request, () => new Promise<string>(() => {}), { hardTimeout: 50 });
    const error = slow.catch((reason: unknown) => reason as Error);
    await clock.advance(51);
    expect(await error).toBeInstanceOf(CacheTimeoutError);
    // Whoever catches it may well log it.
    expect((await error).toString()).not.toContain('report');
  });
});

describe('cacheResponse and getCachedResponse', () => {
  it('store and find what was generated elsewhere', async () => {
    const { ai } = await aiCache({ prices: { 'gpt-x': { input: 1, output: 2 } } });
    expect(await ai.getCachedResponse(request)).toBeUndefined();
    const usage = { inputTokens: 1_000_000, outputTokens: 500_000 };
    expect(await ai.cacheResponse({ ...request, response: 'answer', usage, took: 800 })).toBe(true);
    expect(await ai.getCachedResponse(request)).toBe('answer');
    expect(await ai.getOrGenerate(request, () => 'other')).toBe('answer');
    expect(ai.getCost().totals).toMatchObject({
      generated: 1,
      served: 2,
      moneySpent: 2,
      moneyAvoided: 4,
      tokensSpent: 1_500_000,
      tokensAvoided: 3_000_000,
      tokensServed: 1_000_000,
      timeSpent: 800,
      timeAvoided: 1_600,
    });
  });

  it.each([Number.NaN, -5, Infinity])('count no time of %p milliseconds', async (took) => {
    const { ai } = await aiCache();
    await ai.cacheResponse({ ...request, response: 'answer', took });
    await ai.getCachedResponse(request);
    expect(ai.getCost().totals).toMatchObject({ generated: 1, served: 1, timeSpent: 0, timeAvoided: 0 });
    expect(ai.getPerformanceSummary()).toMatchObject({ meanGenerationTime: 0, timeAvoided: 0 });
  });

  it('say what cannot be stored, by its path', async () => {
    const { ai } = await aiCache();
    await expect(ai.cacheResponse({ ...request, response: { run: () => 1 } })).rejects.toThrow(/response\.run/);
  });
});

describe('invalidation', () => {
  const fill = async () => {
    const rig = await aiCache();
    const asked: AiRequest[] = [];
    for (const operation of ['summarize', 'key_points']) {
      for (const model of ['gpt-x', 'gpt:y "z"']) {
        asked.push({ operation, text: 'a', options: { model } });
        await rig.ai.getOrGenerate(asked.at(-1)!, () => `${operation} ${model}`);
      }
    }
    const left = async (): Promise<unknown[]> => {
      const found = await Promise.all(asked.map((each) => rig.ai.getCachedResponse(each)));
      return found.filter((each) => each !== undefined);
    };
    return { ...rig, left };
  };

  it('by operation, however it is spelled', async () => {
    const { ai, left } = await fill();
    expect(await ai.invalidateByOperation('keyPoints')).toBe(true);
    expect(await left()).toEqual(['summarize gpt-x', 'summarize gpt:y "z"']);
  });

  it('by model, whatever it is called', async () => {
    const { ai, left } = await fill();
    expect(await ai.invalidateByModel('gpt:y "z"')).toBe(true);
    expect(await left()).toEqual(['summarize gpt-x', 'key_points gpt-x']);
  });

  it('by pattern, and all of it', async () => {
    const { ai, left } = await fill();
    expect(await ai.invalidatePattern('summarize:small:*')).toBe(2);
    expect(await left()).toHaveLength(2);
    expect(await ai.clear()).toBe(true);
    expect(await left()).toEqual([]);
  });
});
