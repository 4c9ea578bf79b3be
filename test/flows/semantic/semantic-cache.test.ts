import { describe, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import { CacheEmbeddingError, CacheTenantError, CacheUsageError, CacheValueError } from 'nestjs-cached';
import {
  FlatVectorIndex,
  SemanticCache,
  type AiRequest,
  type SemanticCacheOptions,
  type VectorIndex,
  type VectorMatch,
} from 'nestjs-cached/ai';
import { FakeClock } from 'nestjs-cached/testing';
import { deferred, settle } from '../../support/deferred.js';

/** `"30"` is the direction at 30 degrees; any other text is what `vectors` says of it. */
const vectors = new Map<string, readonly number[]>();
const embedded: string[] = [];

function embed(text: string): readonly number[] {
  embedded.push(text);
  const radians = (Number.parseFloat(text) * Math.PI) / 180;
  return vectors.get(text) ?? [3 * Math.cos(radians), 3 * Math.sin(radians)];
}

const asks = (text: string, more: Partial<AiRequest> = {}): AiRequest => ({ operation: 'qa', text, ...more });

function open<V = unknown>(
  options: Partial<SemanticCacheOptions<V>> = {},
): { cache: SemanticCache<V>; clock: FakeClock } {
  const clock = new FakeClock();
  embedded.length = 0;
  return { cache: new SemanticCache<V>({ embed, threshold: 0.9, clock, ...options }), clock };
}

describe('similar texts', () => {
  it('share an answer, and the caller is told how similar they are and whose it was', async () => {
    const { cache } = open();
    expect(await cache.get(asks('10'))).toBeUndefined();
    expect(await cache.set(asks('10'), 'ten')).toBe(true);
    await cache.set(asks('30'), 'thirty');
    const found = await cache.get(asks('18'));
    expect(found).toEqual({
      value: 'ten',
      similarity: expect.closeTo(Math.cos((8 * Math.PI) / 180), 6),
      matched: '10',
    });
    expect(await cache.get(asks('22'))).toMatchObject({ value: 'thirty', matched: '30' });
    expect(await cache.get(asks('90'))).toBeUndefined();
    expect(cache.getStats()).toEqual({ hits: 2, misses: 2, errors: 0, entries: 2 });
  });

  it('are as similar as the threshold says: 0 means 0, and -1 anything', async () => {
    for (const [threshold, right] of [
      [0, ['89', '90']],
      [-1, ['89', '90', '91', '180']],
      [1, []],
    ] as const) {
      const { cache } = open({ threshold });
      vectors.set('90', [0, 1]);
      await cache.set(asks('0'), 'zero');
      const found: string[] = [];
      for (const text of ['89', '90', '91', '180']) if (await cache.get(asks(text))) found.push(text);
      expect(found).toEqual(right);
      vectors.set('along', [7, 0]);
      expect(await cache.get(asks('along'))).toMatchObject({ similarity: 1 });
      vectors.clear();
    }
  });

  it('are found without the embedder where they are the very same, also while it fails', async () => {
    const { cache } = open();
    await cache.set(asks('10'), 'ten');
    await cache.set(asks('10'), 'new');
    embedded.length = 0;
    expect(await cache.get(asks('10'))).toEqual({ value: 'new', similarity: 1, matched: '10' });
    expect(embedded).toEqual([]);
    expect(cache.getStats().entries).toBe(1);
  });

  it('have an answer of their own each: what one caller changes the next does not see', async () => {
    const { cache } = open<{ list: number[] }>();
    const load = (): { list: number[] } => ({ list: [1] });
    const calls = [cache.getOrSet(asks('10'), load), cache.getOrSet(asks('10'), load)];
    for (const { value } of await Promise.all(calls)) value.list.push(2);
    for (const text of ['10', '11', '10']) {
      const found = await cache.get(asks(text));
      expect(found!.value).toEqual({ list: [1] });
      found!.value.list.push(2);
    }
  });

  it('are all found that brute force finds', async () => {
    const angle = fc.integer({ min: 0, max: 359 });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(angle, { maxLength: 20 }),
        angle,
        fc.integer({ min: -10, max: 10 }),
        async (stored, asked, tenth) => {
          const { cache } = open<number>({ threshold: tenth / 10 });
          for (const one of stored) await cache.set(asks(String(one)), one);
          const away = (one: number): number => Math.min(Math.abs(one - asked), 360 - Math.abs(one - asked));
          const nearest = Math.min(...stored.map(away), 360);
          const similarity = Math.cos((nearest * Math.PI) / 180);
          fc.pre(Math.abs(similarity - tenth / 10) > 1e-6 || nearest === 0);
          const found = await cache.get(asks(String(asked)));
          if (stored.length > 0 && similarity > tenth / 10) expect(away(found!.value)).toBe(nearest);
          else expect(found?.matched).toBe(nearest === 0 ? String(asked) : undefined);
        },
      ),
    );
  });
});

describe('what differs in anything but the text', () => {
  it('never meets, whatever it is', async () => {
    const { cache } = open({ threshold: -1 });
    const requests: AiRequest[] = [
      asks('1'),
      asks('1', { operation: 'summarize' }),
      asks('1', { question: 'Who?' }),
      asks('1', { options: { model: 'm' } }),
      asks('1', { options: { model: 'n' } }),
      asks('1', { options: { model: 'm', temperature: 0 } }),
      asks('1', { options: { model: 'm', promptVersion: 2 } }),
      asks('1', { tenant: 'a' }),
      asks('1', { tenant: '-' }),
      asks('1', { tenant: 'a', options: { model: 'm' } }),
    ];
    for (const [nth, request] of requests.entries()) {
      expect(await cache.get({ ...request, text: '2' })).toBeUndefined();
      await cache.set(request, nth);
    }
    for (const [nth, request] of requests.entries()) {
      expect(await cache.get({ ...request, text: '2' })).toMatchObject({ value: nth });
    }
  });

  it('does not count where it is ignored', async () => {
    const { cache } = open({ ignore: ['user'] });
    await cache.set(asks('1', { options: { user: 'a' } }), 1);
    expect(await cache.get(asks('1', { options: { user: 'b' } }))).toMatchObject({ value: 1 });
  });
});

describe('verify', () => {
  it('has the last word, candidate by candidate, the most similar first', async () => {
    const asked: unknown[] = [];
    const { cache } = open<string>({
      maxCandidates: 2,
      verify: async ({ matched, similarity, value }, { text }) => {
        asked.push([matched, value, similarity > 0.9, text]);
        return matched === '13';
      },
    });
    for (const text of ['9', '11', '13']) await cache.set(asks(text), `of ${text}`);
    expect(await cache.get(asks('11.9'))).toMatchObject({ matched: '13' });
    expect(asked).toEqual([
      ['11', 'of 11', true, '11.9'],
      ['13', 'of 13', true, '11.9'],
    ]);
    expect(await cache.get(asks('8'))).toBeUndefined();
    expect(asked.slice(2).map((each) => (each as unknown[])[0])).toEqual(['9', '11']);
    expect(await cache.get(asks('11'))).toMatchObject({ matched: '13' });
  });

  it('does not serve what was invalidated while it was asked', async () => {
    const gate = deferred<boolean>();
    const { cache } = open({ verify: () => gate.promise });
    await cache.set(asks('10'), 'ten');
    const call = cache.get(asks('11'));
    await settle();
    expect(cache.invalidateByOperation('QA')).toBe(1);
    gate.resolve(true);
    expect(await call).toBeUndefined();
  });

  it('is not taken for a yes when it says something else, and fails the call when it fails', async () => {
    for (const answer of ['yes', 1, undefined]) {
      const { cache } = open({ verify: () => answer as never });
      await cache.set(asks('10'), 'ten');
      expect(await cache.get(asks('10'))).toBeUndefined();
    }
    const { cache } = open({ verify: () => Promise.reject(new Error('no')) });
    await cache.set(asks('10'), 'ten');
    await expect(cache.get(asks('10'))).rejects.toThrow('no');
  });
});

describe('getOrSet', () => {
  it('loads once for all who ask for the very same, and later texts that are similar have it', async () => {
    const { cache } = open<string>();
    const gate = deferred<string>();
    let runs = 0;
    const load = (): Promise<string> => (runs++, gate.promise);
    const calls = [cache.getOrSet(asks('10'), load), cache.getOrSet(asks('10'), load)];
    await settle();
    gate.resolve('ten');
    const loaded = { value: 'ten', similarity: undefined, matched: undefined };
    expect(await Promise.all(calls)).toEqual([loaded, loaded]);
    expect(await cache.getOrSet(asks('12'), load)).toMatchObject({ value: 'ten', matched: '10' });
    expect([runs, embedded]).toEqual([1, ['10', '12']]);
  });

  it('stores nothing that fails, is skipped, or has no ttl', async () => {
    const { cache } = open<string>();
    const own = new Error('no');
    await expect(cache.getOrSet(asks('10'), () => Promise.reject(own))).rejects.toBe(own);
    await cache.getOrSet(asks('10'), ({ skip }) => (skip(), 'skipped'));
    await cache.getOrSet(asks('10'), () => 'no ttl', { ttl: 0 });
    expect(await cache.set(asks('10'), 'no ttl', { ttl: 0 })).toBe(false);
    await cache.set(asks('10'), 'old');
    await cache.set(asks('10'), 'no ttl', { ttl: 0 });
    expect(await cache.get(asks('10'))).toBeUndefined();
    expect(cache.getStats().entries).toBe(0);
  });

  it('gives the caller what cannot be kept, where set refuses it', async () => {
    const errors: unknown[] = [];
    const { cache } = open({ onError: (error) => void errors.push(error) });
    const value = { run: (): number => 1 };
    expect((await cache.getOrSet(asks('10'), () => value)).value).toBe(value);
    expect(errors).toEqual([expect.any(CacheValueError)]);
    await expect(cache.set(asks('10'), value)).rejects.toThrow(CacheValueError);
    expect(cache.getStats().entries).toBe(0);
  });

  it('stores nothing that was made of what is invalidated meanwhile, and nobody who comes after is given it', async () => {
    for (const invalidate of [
      (cache: SemanticCache): unknown => cache.invalidateTags('documents'),
      (cache: SemanticCache): unknown => cache.invalidateByOperation('qa'),
      (cache: SemanticCache): unknown => cache.clear(),
      (cache: SemanticCache): unknown => cache.delete(asks('10')),
      (cache: SemanticCache): unknown => cache.set(asks('10'), 'none', { ttl: 0 }),
    ]) {
      const { cache } = open();
      const gate = deferred<string>();
      const options = { tags: ['documents'] };
      const before = cache.getOrSet(asks('10'), () => gate.promise, options);
      await settle();
      invalidate(cache);
      const after = cache.getOrSet(asks('10'), () => 'new', options);
      gate.resolve('old');
      expect((await before).value).toBe('old');
      expect((await after).value).toBe('new');
      expect((await cache.get(asks('10')))!.value).toBe('new');
    }
  });

  it('counts each call, those who wait for another one among them', async () => {
    const { cache } = open<string>();
    const gate = deferred<string>();
    const calls = [1, 2, 3].map(() => cache.getOrSet(asks('10'), () => gate.promise));
    gate.resolve('ten');
    await Promise.all(calls);
    await Promise.all([1, 2].map(() => cache.getOrSet(asks('11'), () => 'never')));
    expect(cache.getStats()).toMatchObject({ hits: 2, misses: 3 });
  });

  it('does not wait for one that waits for it', async () => {
    const { cache } = open<string>();
    const [toB, toA] = [deferred<void>(), deferred<void>()];
    const ask = async (text: string): Promise<string> => (await cache.getOrSet(asks(text), () => `own ${text}`)).value;
    const a = cache.getOrSet(asks('10'), async () => (await toB.promise, `a of ${await ask('80')}`));
    const b = cache.getOrSet(asks('80'), async () => (await toA.promise, `b of ${await ask('10')}`));
    await settle();
    toB.resolve();
    await settle();
    toA.resolve();
    expect((await b).value).toBe('b of own 10');
    expect((await a).value).toBe('a of b of own 10');
  });

  it('does not wait for itself where its embedder or verify asks for it', async () => {
    for (const name of ['embed', 'verify'] as const) {
      const asked: string[] = [];
      const inside = async (): Promise<void> =>
        void asked.push((await cache.getOrSet(asks('10', { tenant: 't' }), () => 'inner')).value);
      const { cache } = open<string>({
        ...(name === 'embed' && { embed: async (text) => (await inside(), embed(text)) }),
        ...(name === 'verify' && { verify: async () => (await inside(), true) }),
      });
      if (name === 'verify') await cache.set(asks('11', { tenant: 't' }), 'eleven');
      const { value } = await cache.getOrSet(asks('10', { tenant: 't' }), () => 'outer');
      expect([value, asked]).toEqual([name === 'verify' ? 'eleven' : 'outer', ['inner']]);
    }
  });

  it('is not kept from the cache where a load that is over has begun what asks', async () => {
    const { cache } = open<number>();
    const over = deferred<void>();
    let runs = 0;
    let later: Promise<number[]> | undefined;
    const ask = async (): Promise<number> => (await cache.getOrSet(asks('80'), () => ++runs)).value;
    const go = async (): Promise<number[]> => (await over.promise, [await ask(), await ask()]);
    await cache.getOrSet(asks('80'), ({ skip }) => (skip(), (later = go()), 0));
    over.resolve();
    expect(await later).toEqual([1, 1]);
  });

  it('does not wait for itself', async () => {
    const { cache } = open<string>();
    const inner = async (): Promise<string> => `outer of ${(await cache.getOrSet(asks('10'), () => 'inner')).value}`;
    expect((await cache.getOrSet(asks('10'), inner)).value).toBe('outer of inner');
  });
});

describe('a vector that is none', () => {
  it.each<[string, readonly number[], string]>([
    ['NaN', [Number.NaN, 1], 'NaN at 0'],
    ['other dimensions', [1, 0, 0], 'has 3 dimensions, those before had 2'],
    ['no direction', [0, 0], 'all zeros'],
  ])('is an error, and nothing is stored: %s', async (_, vector, message) => {
    const { cache } = open<string>();
    await cache.set(asks('10'), 'ten');
    vectors.set('bad', vector);
    const calls = [cache.set(asks('bad'), 'bad'), cache.get(asks('bad'))];
    for (const call of calls) {
      await expect(call).rejects.toThrow(CacheEmbeddingError);
      await expect(call).rejects.toThrow(message);
    }
    expect(cache.getStats().entries).toBe(1);
    const errors: unknown[] = [];
    const lenient = open<string>({ dimensions: 2, onError: (error) => void errors.push(error) }).cache;
    expect((await lenient.getOrSet(asks('bad'), () => 'loaded')).value).toBe('loaded');
    expect([errors, lenient.getStats().entries]).toEqual([[expect.any(CacheEmbeddingError)], 0]);
    vectors.clear();
  });

  it('fails get and set with the embedder’s own error', async () => {
    const own = new Error('rate limit');
    const { cache } = open({ embed: () => Promise.reject(own) });
    await expect(cache.get(asks('10'))).rejects.toBe(own);
    await expect(cache.set(asks('10'), 1)).rejects.toBe(own);
  });
});

describe('trouble of the cache', () => {
  const own = new Error('rate limit');
  const fail = (): never => {
    throw own;
  };
  const broken: VectorIndex = { size: 1, add: fail, remove: fail, search: fail, clear: fail };

  it.each<[string, Partial<SemanticCacheOptions<string>>]>([
    ['the embedder', { embed: (text) => (text === '10' ? embed(text) : Promise.reject(own)) }],
    ['verify', { verify: fail }],
    ['the index', { index: () => broken }],
    ['the making of an index', { index: fail }],
  ])('fails nobody who can load: %s', async (_, options) => {
    const errors: unknown[] = [];
    const { cache } = open<string>({ ...options, onError: (error) => void errors.push(error) });
    await cache.set(asks('10'), 'ten').catch(() => {});
    let runs = 0;
    const load = (): string => `loaded ${++runs}`;
    const calls = [cache.getOrSet(asks('11'), load), cache.getOrSet(asks('11'), load)];
    expect((await Promise.all(calls)).map(({ value }) => value)).toEqual(['loaded 1', 'loaded 1']);
    expect(errors[0]).toBe(own);
    expect(cache.getStats().errors).toBe(errors.length);
  });

  it('is a warning of the process where nobody listens, once; an error of load is the caller’s alone', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
    const { cache } = open<string>({ embed: fail });
    for (const text of ['10', '11']) expect((await cache.getOrSet(asks(text), () => text)).value).toBe(text);
    const cause = new Error('no');
    await expect(cache.getOrSet(asks('12'), () => Promise.reject(cause))).rejects.toBe(cause);
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining('goes on without what has failed: rate limit. '), 'SemanticCacheWarning'],
    ]);
    warn.mockRestore();
    expect(cache.getStats()).toEqual({ hits: 0, misses: 3, errors: 3, entries: 0 });
  });
});

describe('entries', () => {
  it('are bounded: the one that was used least lately goes, of whichever partition', async () => {
    const { cache } = open<string>({ maxEntries: 2, threshold: 0.999 });
    await cache.set(asks('10'), 'a');
    await cache.set(asks('50', { operation: 'other' }), 'b');
    await cache.get(asks('10'));
    await cache.set(asks('90'), 'c');
    expect(cache.getStats().entries).toBe(2);
    expect(await cache.get(asks('50', { operation: 'other' }))).toBeUndefined();
    expect(await cache.get(asks('10'))).toMatchObject({ value: 'a' });
  });

  it('end with their ttl, and stand in the way of nobody then', async () => {
    const { cache, clock } = open<string>({ ttl: '10s' });
    await cache.set(asks('10'), 'short', { ttl: '1s' });
    await cache.set(asks('14'), 'long');
    expect(await cache.get(asks('11'))).toMatchObject({ value: 'short' });
    await clock.advance(1_000);
    expect(await cache.get(asks('11'))).toMatchObject({ value: 'long' });
    expect(cache.getStats().entries).toBe(1);
    await clock.advance(9_000);
    expect(await cache.get(asks('14'))).toBeUndefined();
  });

  it('go by tag, by operation and by tenant; those of other tenants stay', async () => {
    const { cache } = open<string>();
    const fill = async (): Promise<void> => {
      for (const tenant of [undefined, 'a', 'b']) {
        const request = asks('10', { options: { model: 'm' }, ...(tenant && { tenant }) });
        await cache.set(request, tenant ?? 'nobody', { tags: ['t'] });
      }
    };
    const left = async (): Promise<unknown[]> => {
      const found: unknown[] = [];
      for (const tenant of [undefined, 'a', 'b']) {
        found.push((await cache.get(asks('10', { options: { model: 'm' }, ...(tenant && { tenant }) })))?.value);
      }
      return found;
    };
    await fill();
    expect([cache.invalidateTags('t'), await left()]).toEqual([1, [undefined, 'a', 'b']]);
    expect([cache.forTenant('a').invalidateByOperation('qa'), await left()]).toEqual([1, [undefined, undefined, 'b']]);
    expect([cache.invalidateTenant('b'), await left()]).toEqual([1, [undefined, undefined, undefined]]);
    await fill();
    expect([cache.invalidateTags('model:m'), await left()]).toEqual([1, [undefined, 'a', 'b']]);
    expect([cache.forTenant('a').clear(), await left()]).toEqual([1, [undefined, undefined, 'b']]);
    expect([cache.clear(), await left()]).toEqual([1, [undefined, undefined, undefined]]);
  });

  it('go one by one: that of a text, and no similar one or one of somebody else', async () => {
    const { cache } = open<string>();
    for (const request of [asks('10'), asks('12'), asks('10', { tenant: 'a' })]) await cache.set(request, 'any');
    expect(await cache.delete(asks('11'))).toBe(false);
    expect([await cache.delete(asks('10')), await cache.delete(asks('10'))]).toEqual([true, false]);
    expect(await cache.get(asks('10'))).toMatchObject({ matched: '12' });
    expect(await cache.get(asks('10', { tenant: 'a' }))).toMatchObject({ matched: '10' });
    await expect(cache.delete({ operation: 'qa' })).rejects.toThrow(CacheUsageError);
  });

  it('of a tenant are out of reach for others', async () => {
    const { cache } = open<string>({ tenant: { required: true } });
    await cache.set(asks('10', { tenant: 'a' }), 'of a');
    expect(await cache.forTenant('a').get(asks('11'))).toMatchObject({ value: 'of a' });
    expect(await cache.forTenant('b').get(asks('11'))).toBeUndefined();
    await expect(cache.get(asks('10'))).rejects.toThrow(CacheTenantError);
    await expect(cache.forTenant('b').get(asks('10', { tenant: 'a' }))).rejects.toThrow(CacheTenantError);
    expect(() => cache.forTenant('b').invalidateTenant('a')).toThrow(CacheTenantError);
  });

  it('are those of the call that began last, where two are set for one text', async () => {
    const slow = deferred<readonly number[]>();
    let calls = 0;
    const { cache } = open<string>({ embed: (text) => (++calls === 1 ? slow.promise : embed(text)) });
    const first = cache.set(asks('10'), 'first');
    expect(await cache.set(asks('10'), 'second')).toBe(true);
    slow.resolve([1, 0]);
    expect(await first).toBe(false);
    expect(await cache.get(asks('10'))).toMatchObject({ value: 'second' });
    expect(await cache.get(asks('0'))).toMatchObject({ value: 'second' });
  });
});

/** Each answer comes later; it forgets nothing, and finds what was never there. */
class SlowIndex implements VectorIndex {
  private readonly flat = new FlatVectorIndex();
  size = 0;

  async add(id: number, vector: Float32Array): Promise<void> {
    await settle();
    this.flat.add(id, vector);
    this.size++;
  }

  async remove(): Promise<void> {
    throw new Error('forgets nothing');
  }

  async search(vector: Float32Array, limit: number, atLeast: number): Promise<VectorMatch[]> {
    await settle();
    return [{ id: 4_711, similarity: 1 }, ...this.flat.search(vector, limit, atLeast)].slice(0, limit);
  }

  clear(): void {}
}

describe('an index of the application’s own', () => {
  it('may be slow, stale and wrong, and nothing is served that does not stand', async () => {
    const errors: unknown[] = [];
    const { cache } = open<string>({ index: () => new SlowIndex(), onError: (error) => void errors.push(error) });
    await Promise.all([cache.set(asks('10'), 'ten'), cache.set(asks('11'), 'eleven')]);
    expect(await cache.get(asks('9'))).toBeUndefined();
    const wide = open<string>({ index: () => new SlowIndex(), verify: () => true }).cache;
    await wide.set(asks('10'), 'ten');
    expect(await wide.get(asks('9'))).toMatchObject({ value: 'ten' });
    expect(cache.clear()).toBe(2);
    await settle();
    expect(errors).toHaveLength(2);
    const call = cache.set(asks('12'), 'late');
    cache.clear();
    expect(await call).toBe(false);
    expect(cache.getStats().entries).toBe(0);
  });
});

describe('an index that is in error', () => {
  it('never brings what is of another partition, or of another tenant, where one stands for several', async () => {
    const shared = new FlatVectorIndex();
    const { cache } = open<string>({ index: () => shared, threshold: -1 });
    await cache.set(asks('10', { tenant: 'a' }), 'of a');
    await cache.set(asks('80', { tenant: 'b' }), 'of b');
    expect((await cache.get(asks('10', { tenant: 'b' })))?.value).not.toBe('of a');
    expect((await cache.get(asks('11', { tenant: 'b' })))?.value).not.toBe('of a');
  });

  it('serves nothing that is less similar than the threshold, and asks verify no oftener than it may', async () => {
    const eager = new FlatVectorIndex();
    const index: VectorIndex = {
      size: 0,
      add: (...args) => eager.add(...args),
      remove: (id) => eager.remove(id),
      clear: () => eager.clear(),
      search: (vector) => eager.search(vector, 100, -1),
    };
    const lax = open<string>({ index: () => index, threshold: 0.9 }).cache;
    await lax.set(asks('10'), 'ten');
    expect(await lax.get(asks('170'))).toBeUndefined();
    let asked = 0;
    const verify = (): boolean => (asked++, false);
    const { cache } = open<string>({ index: () => index, threshold: -1, maxCandidates: 2, verify });
    for (const text of ['10', '11', '12', '13']) await cache.set(asks(text), text);
    expect(await cache.get(asks('14'))).toBeUndefined();
    expect(asked).toBe(2);
  });

  it('is left when its last entry goes, be it late to forget or never done, and told to clear', async () => {
    let [made, cleared] = [0, 0];
    const make = (): VectorIndex => {
      made++;
      // Its size never says that it is empty.
      return { size: 1, add() {}, search: () => [], remove: () => settle(), clear: () => void cleared++ };
    };
    const { cache } = open<string>({ index: make, maxEntries: 3 });
    for (let nth = 0; nth < 10; nth++) await cache.set(asks('10', { operation: `o${nth}` }), 'ten');
    expect([made, cleared]).toEqual([10, 7]);
    cache.clear();
    expect(cleared).toBe(10);
    await cache.set(asks('10', { operation: 'o0' }), 'ten');
    expect(made).toBe(11);
  });
});

describe('what cannot be meant', () => {
  it.each<[string, unknown]>([
    ['threshold', { embed }],
    ['threshold', { embed, threshold: 1.1 }],
    ['threshold', { embed, threshold: Number.NaN }],
    ['threshold', { embed, threshold: '0.9' }],
    ['embed', { threshold: 0.9 }],
    ['verify', { embed, threshold: 0.9, verify: true }],
    ['maxEntries', { embed, threshold: 0.9, maxEntries: Infinity }],
    ['maxCandidates', { embed, threshold: 0.9, maxCandidates: 0 }],
    ['ttl', { embed, threshold: 0.9, ttl: -1 }],
    ['dimensions', { embed, threshold: 0.9, dimensions: 0 }],
    ['dimensions', { embed, threshold: 0.9, dimensions: '3' }],
    ['tenant', { embed, threshold: 0.9, tenant: 'a' }],
    ['tenant', { embed, threshold: 0.9, tenant: { required: 'yes' } }],
    ['tenant', { embed, threshold: 0.9, tenant: null }],
    ['ignore', { embed, threshold: 0.9, ignore: 'metadata.id' }],
    ['clock', { embed, threshold: 0.9, clock: {} }],
    ['"treshold"', { embed, threshold: 0.9, treshold: 1 }],
    ['options', null],
  ])('is refused: %s in %j', (name, options) => {
    const make = (): unknown => new SemanticCache(options as SemanticCacheOptions);
    expect(make).toThrow(CacheUsageError);
    expect(make).toThrow(name);
  });

  it('is refused of a request before anything runs', async () => {
    const { cache } = open();
    for (const request of [
      { operation: 'qa' },
      { operation: 'qa', text: '' },
      { text: 'a' },
      null,
      { ...asks('a'), x: 1 },
    ]) {
      await expect(cache.get(request as AiRequest)).rejects.toThrow(CacheUsageError);
    }
    await expect(cache.getOrSet(asks('a'), 'load' as never)).rejects.toThrow(CacheUsageError);
    await expect(cache.set(asks('a'), 1, { tags: [''] })).rejects.toThrow(CacheUsageError);
    expect(embedded).toEqual([]);
  });
});
