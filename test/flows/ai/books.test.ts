import { describe, expect, it } from '@jest/globals';
import type { AiCacheOptions } from 'nestjs-cached/ai';
import { CacheTenantError } from 'nestjs-cached';
import { FlakyBackend } from '../../../lib/testing/flaky.backend.js';
import { MapBackend } from '../../../lib/testing/map.backend.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { aiCache, completion, type TestAiCache } from './ai-cache.js';

const options: AiCacheOptions = { prices: { 'gpt-x': { input: 10_000, output: 100_000 } }, currency: 'EUR' };

async function generated(
  { ai, clock }: TestAiCache,
  text: string,
  more: object = {},
  model?: string,
): Promise<unknown> {
  const request = { operation: 'summarize', text, ...more, ...(model !== undefined && { options: { model } }) };
  const answer = ai.getOrGenerate(request, async () => {
    await new Promise<void>((resolve) => void clock.setTimeout(resolve, 200));
    return completion('Short.');
  });
  await clock.advance(200);
  return answer;
}

describe('the books', () => {
  it('tell what was spent and avoided, by operation, model and tenant', async () => {
    const rig = await aiCache(options);
    for (let turn = 0; turn < 3; turn++) await generated(rig, 'a', {}, 'gpt-x');
    await generated(rig, 'b', { tenant: 'acme', operation: 'qa' });
    const { currency, totals, operations, models, tenants } = rig.ai.getCost();
    expect(currency).toBe('EUR');
    expect(totals).toEqual({
      served: 2,
      generated: 2,
      refused: 0,
      tokensServed: 40,
      tokensSpent: 240,
      tokensAvoided: 240,
      moneySpent: 3,
      moneyAvoided: 6,
      timeSpent: 400,
      timeAvoided: 400,
    });
    const of = ({ rows }: typeof operations): unknown =>
      rows.map(({ name, served, moneySpent }) => [name, served, moneySpent]);
    expect(of(operations)).toEqual([
      ['summarize', 2, 3],
      ['qa', 0, 0],
    ]);
    // The model of the answer, where the request names none.
    expect(of(models)).toEqual([
      ['gpt-x', 2, 3],
      ['gpt-x-2026', 0, 0],
    ]);
    expect(of(tenants)).toEqual([
      [undefined, 2, 3],
      ['acme', 0, 0],
    ]);
  });

  it('tell each question to those who listen, without a word of it', async () => {
    const rig = await aiCache(options);
    await generated(rig, 'a secret text', {}, 'gpt-x');
    await generated(rig, 'a secret text', {}, 'gpt-x');
    const base = { operation: 'summarize', model: 'gpt-x', tenant: undefined, tokens: 120, money: 3, stored: true };
    expect(rig.events).toEqual([
      ['generated', { ...base, duration: 200 }],
      ['served', { ...base, duration: 0 }],
    ]);
    expect(JSON.stringify(rig.events)).not.toContain('secret');
  });

  it('stop telling whoever has had enough, and suffer nobody’s faults', async () => {
    const rig = await aiCache();
    const heard: string[] = [];
    const off = rig.ai.on('served', ({ operation }) => heard.push(operation));
    rig.ai.on('served', () => {
      throw new Error('mine');
    });
    const failing: () => unknown = () => Promise.reject(new Error('mine'));
    rig.ai.on('served', failing);
    for (let turn = 0; turn < 2; turn++) await generated(rig, 'a');
    off();
    await generated(rig, 'a');
    expect(heard).toEqual(['summarize']);
    expect(rig.events.filter(([type]) => type === 'served')).toHaveLength(2);
  });

  it('sum the rarest of too many tenants up', async () => {
    const { ai } = await aiCache(options);
    for (let at = 0; at < 1_050; at++) {
      const request = { operation: 'qa', text: 'a', tenant: `tenant ${at}` };
      await ai.getOrGenerate(request, () => completion('Short.'));
      if (at < 10) await ai.getOrGenerate(request, () => completion('Short.'));
    }
    const { rows, other } = ai.getCost().tenants;
    expect(rows).toHaveLength(950);
    expect(rows.slice(0, 10).map(({ name, served }) => [name, served])).toEqual(
      Array.from({ length: 10 }, (_, at) => [`tenant ${at}`, 1]),
    );
    expect(other).toMatchObject({ generated: 100, served: 0, tokensSpent: 12_000 });
    expect(ai.getCost().totals).toMatchObject({ generated: 1_050, served: 10 });
  });

  it('tell a tenant who is called other, and hostile names, from all others', async () => {
    const { ai } = await aiCache();
    for (const tenant of ['other', '__proto__', 'constructor']) {
      await ai.getOrGenerate({ operation: '__proto__', text: 'a', tenant }, () => 'x');
    }
    const { tenants, operations } = ai.getCost();
    expect(tenants.rows.map(({ name }) => name)).toEqual(['other', '__proto__', 'constructor']);
    expect(operations.rows).toMatchObject([{ name: '__proto__', generated: 3 }]);
  });
});

describe('statistics', () => {
  it('are those of the cache, with sizes of texts and compression', async () => {
    const clock = new FakeClock();
    const rig = await aiCache({}, clock, { backend: new MapBackend(clock) });
    const { ai } = rig;
    expect(ai.getCacheStats()).toMatchObject({ hits: 0, compression: { values: 0, ratio: 1 } });
    expect(ai.getCacheHitRatio()).toBe(0);
    for (const [length, times] of [
      [500, 1],
      [501, 2],
      [5_001, 3],
      [50_001, 4],
    ] as const) {
      for (let turn = 0; turn < times; turn++) {
        await ai.getOrGenerate({ operation: 'qa', text: 'x'.repeat(length) }, () => 'long '.repeat(1_000));
      }
    }
    const stats = ai.getCacheStats();
    expect(stats).toMatchObject({
      hits: 6,
      misses: 4,
      hitRatio: 0.6,
      loads: 4,
      tiers: { small: 1, medium: 2, large: 3, huge: 4 },
    });
    expect(ai.getCacheHitRatio()).toBe(0.6);
    const { values, bytesIn, bytesOut, ratio, time } = stats.compression;
    expect(values).toBe(4);
    expect(bytesIn).toBeGreaterThan(20_000);
    expect(bytesOut).toBeLessThan(2_000);
    expect(ratio).toBe(bytesOut / bytesIn);
    expect(time).toBeGreaterThan(0);
    expect(ai.getPerformanceSummary().compressionRatio).toBe(ratio);
  });

  it('remember what was compressed while Redis is away', async () => {
    const clock = new FakeClock();
    const backend = new FlakyBackend({ clock });
    const { ai } = await aiCache({}, clock, { backend, fallback: 'memory', breaker: { failures: 1 } });
    await ai.getOrGenerate({ operation: 'qa', text: 'a' }, () => 'long '.repeat(1_000));
    backend.fail('all', new Error('away'));
    await ai.getOrGenerate({ operation: 'qa', text: 'b' }, () => 'answer');
    expect(ai.getCacheStats()).toMatchObject({ compression: { values: 1 }, entries: 1 });
  });

  it('leave out how long a generation took that nobody knows of', async () => {
    const rig = await aiCache();
    await generated(rig, 'a');
    await rig.ai.cacheResponse({ operation: 'qa', text: 'b', response: 'answer' });
    expect(rig.ai.getPerformanceSummary().meanGenerationTime).toBe(200);
    await rig.ai.cacheResponse({ operation: 'qa', text: 'b', response: 'answer', took: 100 });
    expect(rig.ai.getPerformanceSummary().meanGenerationTime).toBe(150);
  });

  it('sum up what the cache is worth', async () => {
    const rig = await aiCache(options);
    for (let turn = 0; turn < 10; turn++) await generated(rig, 'a', {}, 'gpt-x');
    const summary = rig.ai.getPerformanceSummary();
    expect(summary).toMatchObject({
      hitRatio: 0.9,
      meanGenerationTime: 200,
      timeAvoided: 1_800,
      tokensAvoided: 1_080,
      moneyAvoided: 27,
      meanHitTime: 0,
      compressionRatio: 1,
    });
    expect(summary.p95GenerationTime).toBeGreaterThan(170);
    expect(summary.p95GenerationTime).toBeLessThanOrEqual(230);
  });
});

describe('tenants', () => {
  it('have answers of their own', async () => {
    const { ai } = await aiCache();
    const request = { operation: 'qa', text: 'a' };
    expect(await ai.getOrGenerate({ ...request, tenant: 'a' }, () => 'for a')).toBe('for a');
    expect(await ai.getOrGenerate({ ...request, tenant: 'b' }, () => 'for b')).toBe('for b');
    expect(await ai.getOrGenerate(request, () => 'for nobody')).toBe('for nobody');
    expect(await ai.forTenant('a').getCachedResponse(request)).toBe('for a');
    expect(await ai.forTenant('a').getCachedResponse({ ...request, tenant: 'a' })).toBe('for a');
    expect(await ai.forTenant('a').clear()).toBe(true);
    expect(await ai.getCachedResponse({ ...request, tenant: 'a' })).toBeUndefined();
    expect(await ai.getCachedResponse({ ...request, tenant: 'b' })).toBe('for b');
    expect(await ai.getCachedResponse(request)).toBe('for nobody');
  });

  it('cannot be asked in place of another', async () => {
    const { ai } = await aiCache();
    const own = ai.forTenant('a');
    const request = { operation: 'qa', tenant: 'b' };
    await expect(own.getOrGenerate(request, () => 'x')).rejects.toThrow(CacheTenantError);
    await expect(own.getOrGenerate(ai.prepare(request), () => 'x')).rejects.toThrow(CacheTenantError);
    await expect(own.getOrGenerateStream(request, () => from()).next()).rejects.toThrow(CacheTenantError);
    const from = (): never => {
      throw new Error('generated');
    };
  });

  it('have to be named where they are required, by the request, the cache or its resolver', async () => {
    const request = { operation: 'qa' };
    const { ai } = await aiCache({ tenant: { required: true } });
    await expect(ai.getOrGenerate(request, () => 'x')).rejects.toThrow(CacheTenantError);
    await expect(ai.getCachedResponse(request)).rejects.toThrow(CacheTenantError);
    await expect(ai.cacheResponse({ ...request, response: 'x' })).rejects.toThrow(CacheTenantError);
    expect(await ai.getOrGenerate({ ...request, tenant: 'a' }, () => 'x')).toBe('x');
    expect(await ai.forTenant('a').getOrGenerate(request, () => 'y')).toBe('x');
    let who: string | undefined = 'a';
    const cache = { tenant: { resolve: () => who } };
    const { ai: resolved } = await aiCache({ tenant: { required: true }, cache });
    expect(await resolved.getOrGenerate(request, () => 'of a')).toBe('of a');
    expect(resolved.getCost().tenants.rows).toMatchObject([{ name: 'a' }]);
    who = undefined;
    await expect(resolved.getOrGenerate(request, () => 'x')).rejects.toThrow(CacheTenantError);
  });
});
