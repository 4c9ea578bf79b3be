import { describe, expect, it, jest } from '@jest/globals';
import { from } from 'rxjs';
import type { LoaderContext } from 'nestjs-cached';
import type { AiRequest } from 'nestjs-cached/ai';
import { aiCache, chunks, itemsIn, streamOf } from './ai-cache.js';

const request: AiRequest = { operation: 'chat', text: 'Hello?', options: { model: 'gpt-x' } };
const prices = { 'gpt-x': { input: 10_000, output: 100_000 } };

describe('getOrGenerateStream', () => {
  it('asks the model once, and replays its items to everybody later', async () => {
    const { ai } = await aiCache();
    const generate = jest.fn(() => streamOf(chunks('Hello you there.')));
    const items = await itemsIn(ai.getOrGenerateStream(request, generate));
    expect(items).toEqual(chunks('Hello you there.'));
    expect(await itemsIn(ai.getOrGenerateStream(request, generate))).toEqual(items);
    expect(await itemsIn(ai.getOrGenerateStream(ai.prepare(request), generate))).toEqual(items);
    expect(generate).toHaveBeenCalledTimes(1);
  });

  it('lets others join a stream that is under way, and counts each as what it is', async () => {
    const { ai, events } = await aiCache({ prices });
    let go = (): void => {};
    const gate = new Promise<void>((resolve) => (go = resolve));
    const generate = jest.fn(async function* () {
      const [first, ...rest] = chunks('Hello you there.');
      yield first!;
      await gate;
      yield* rest;
    });
    const one = itemsIn(ai.getOrGenerateStream(request, generate));
    const stream = ai.getOrGenerateStream(request, generate);
    expect((await stream.next()).value).toEqual(chunks('Hello you there.')[0]);
    go();
    expect(await itemsIn(stream)).toEqual(chunks('Hello you there.').slice(1));
    expect(await one).toEqual(chunks('Hello you there.'));
    expect(generate).toHaveBeenCalledTimes(1);
    expect(events.map(([type]) => type).toSorted()).toEqual(['generated', 'served']);
    for (const [, event] of events) expect(event).toMatchObject({ tokens: 120, money: 3 });
  });

  it.each([
    ['a ReadableStream', () => new ReadableStream({ start: (to) => (to.enqueue('a'), to.enqueue('b'), to.close()) })],
    ['an observable', () => from(['a', 'b'])],
    ['a promise of an iterable', async () => streamOf(['a', 'b'])],
  ])('takes %s', async (_, generate) => {
    const { ai } = await aiCache();
    expect(await itemsIn(ai.getOrGenerateStream(request, generate as never))).toEqual(['a', 'b']);
    expect(await itemsIn(ai.getOrGenerateStream(request, () => streamOf(['other'])))).toEqual(['a', 'b']);
  });

  it('is not stored where its items would lose what they work out when they are read', async () => {
    class Chunk {
      constructor(private readonly parts: string[]) {}
      get text(): string {
        return this.parts.join('');
      }
    }
    const { ai, events } = await aiCache();
    const ask = (): Promise<Chunk[]> =>
      itemsIn(ai.getOrGenerateStream(request, () => streamOf([new Chunk(['a', 'b'])])));
    for (let run = 0; run < 2; run++) expect((await ask()).map(({ text }) => text)).toEqual(['ab']);
    expect(events.flatMap(([type, { reason }]) => (type === 'refused' ? [reason] : []))).toEqual([
      'instance',
      'instance',
    ]);
  });

  it('is another entry than the whole answer to the same request', async () => {
    const { ai } = await aiCache();
    await itemsIn(ai.getOrGenerateStream(request, () => streamOf(['a', 'b'])));
    expect(await ai.getOrGenerate(request, () => 'whole')).toBe('whole');
    expect(await itemsIn(ai.getOrGenerateStream(request, () => streamOf(['other'])))).toEqual(['a', 'b']);
    expect(await ai.getCachedResponse(request)).toBe('whole');
  });

  it('falls with its operation, its model, and its tenant', async () => {
    const { ai } = await aiCache();
    const tenant = 'acme';
    const ask = (): Promise<string[]> =>
      itemsIn(ai.getOrGenerateStream({ ...request, tenant }, () => streamOf([`run ${++runs}`])));
    let runs = 0;
    expect(await ask()).toEqual(['run 1']);
    expect(await itemsIn(ai.getOrGenerateStream(request, () => streamOf(['nobody’s'])))).toEqual(['nobody’s']);
    const own = ai.forTenant(tenant);
    await own.invalidateByOperation('chat');
    expect(await ask()).toEqual(['run 2']);
    await own.invalidateByModel('gpt-x');
    expect(await ask()).toEqual(['run 3']);
    await own.clear();
    expect(await ask()).toEqual(['run 4']);
  });

  it('keeps account of what a replay has saved', async () => {
    const { ai, clock, events } = await aiCache({ prices });
    const generate = async function* (): AsyncGenerator {
      for (const chunk of chunks('Hello you.')) {
        await new Promise<void>((resolve) => void clock.setTimeout(resolve, 100));
        yield chunk;
      }
    };
    const first = itemsIn(ai.getOrGenerateStream(request, generate));
    await clock.advance(1_000);
    await first;
    await itemsIn(ai.getOrGenerateStream(request, generate));
    expect(ai.getCost().totals).toEqual({
      served: 1,
      generated: 1,
      refused: 0,
      tokensServed: 20,
      tokensSpent: 120,
      tokensAvoided: 120,
      moneySpent: 3,
      moneyAvoided: 3,
      timeSpent: 400,
      timeAvoided: 400,
    });
    expect(events.map(([type, { duration }]) => [type, duration])).toEqual([
      ['generated', 400],
      ['served', 0],
    ]);
  });

  it('gives the stale items to the model, and nothing of ours', async () => {
    const { ai, clock } = await aiCache();
    const rules = { ttl: '1m', staleIfError: '1h' } as const;
    await itemsIn(ai.getOrGenerateStream(request, () => streamOf(['a', 'b']), rules));
    await clock.advance(61_000);
    const stale: unknown[] = [];
    const generate = ({ stale: before }: LoaderContext<string[]>): AsyncIterable<string> => {
      stale.push(before);
      return streamOf(['c']);
    };
    expect(await itemsIn(ai.getOrGenerateStream(request, generate, rules))).toEqual(['c']);
    expect(stale).toEqual([['a', 'b']]);
  });
});

describe('a stream that is not stored', () => {
  it.each<[string, readonly unknown[]]>([
    ['length', chunks('Half a sen', 'length')],
    ['content-filter', chunks('Half', 'content_filter')],
    ['cut', chunks('Half a sen', null)],
    ['empty', chunks('  ')],
    ['empty', ['', ' ']],
  ])('%s', async (reason, items) => {
    const { ai, events } = await aiCache();
    const generate = jest.fn(() => streamOf(items));
    expect(await itemsIn(ai.getOrGenerateStream(request, generate))).toEqual(items);
    expect(events.map(([type]) => type)).toEqual(['generated', 'refused']);
    expect(events[1]![1]).toMatchObject({ reason, stored: false });
    await itemsIn(ai.getOrGenerateStream(request, generate));
    expect(generate).toHaveBeenCalledTimes(2);
  });

  it('fails as the model does, after what came before; the next one asks again', async () => {
    const { ai, events } = await aiCache();
    const generate = async function* (): AsyncGenerator<string> {
      yield 'a';
      throw new Error('overloaded');
    };
    const got: string[] = [];
    const read = async (): Promise<void> => {
      for await (const item of ai.getOrGenerateStream(request, generate)) got.push(item);
    };
    await expect(read()).rejects.toThrow('overloaded');
    expect(got).toEqual(['a']);
    expect(events).toEqual([]);
    expect(await itemsIn(ai.getOrGenerateStream(request, () => streamOf(['b'])))).toEqual(['b']);
  });

  it('is cancelled at once when its last reader leaves, even while it waits for an item', async () => {
    const { ai } = await aiCache();
    const left = jest.fn(async () => ({ done: true as const, value: undefined }));
    const silent = { next: () => new Promise<never>(() => {}), return: left };
    let signal: AbortSignal | undefined;
    const stream = ai.getOrGenerateStream<string>(request, (context) => {
      ({ signal } = context);
      return { [Symbol.asyncIterator]: () => silent };
    });
    void stream.next().catch(() => {});
    await new Promise((resolve) => setImmediate(resolve));
    await stream.return?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(left).toHaveBeenCalled();
    expect(signal?.aborted).toBe(true);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('is nothing before it is asked for', async () => {
    const { ai } = await aiCache();
    const generate = jest.fn(() => streamOf(['a']));
    const stream = ai.getOrGenerateStream(request, generate);
    await stream.return?.();
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(generate).not.toHaveBeenCalled();
  });
});
