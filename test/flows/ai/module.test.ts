import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { CacheConfigError, CacheManager, CacheRegistry, getCacheToken } from 'nestjs-cached';
import { AiCacheModule, AiResponseCache, getAiCacheToken, type AiCacheOptions } from 'nestjs-cached/ai';
import { FakeClock, FlakyBackend } from 'nestjs-cached/testing';
import { App } from '../decorators/support/app.js';
import { chunks, completion, itemsIn, streamOf } from './ai-cache.js';

afterEach(() => App.closeAll());

const request = { operation: 'summarize', text: 'Some text.' };

describe('AiCacheModule.forRoot', () => {
  it('needs no options, and stands beside the cache of the application', async () => {
    @Injectable()
    class Service {
      constructor(
        readonly ai: AiResponseCache,
        readonly cache: CacheManager,
      ) {}
    }
    const app = await App.start({ imports: [AiCacheModule.forRoot()], providers: [Service] });
    const { ai, cache } = app.get(Service);
    expect(await ai.getOrGenerate(request, () => 'answer')).toBe('answer');
    expect(cache.name).toBe('default');
    expect(await app.keys()).toEqual([]);
    expect(await app.keys('ai')).toHaveLength(1);
    expect(app.get(CacheRegistry).get('ai')).toBe(app.get(getCacheToken('ai')));
    expect(app.lines.join('\n')).toContain('Cache "ai": namespace "cache.ai"');
  });

  it('gives caches of other names, each with options of its own', async () => {
    const imports = [
      AiCacheModule.forRoot({ operationTtls: { summarize: '1s' } }),
      AiCacheModule.forRoot({ name: 'chats', operationTtls: { summarize: '2s' } }),
    ];
    const app = await App.start({ imports });
    const left: unknown[] = [];
    for (const name of [undefined, 'chats']) {
      const ai = app.get<AiResponseCache>(getAiCacheToken(name));
      await ai.getOrGenerate(request, () => `of ${name}`);
      left.push(Math.round((await app.cache(name ?? 'ai').getTtl(ai.prepare(request).key))! / 100));
    }
    expect(left).toEqual([10, 20]);
  });

  it('lists every fault when the module compiles, of the cache below as well', async () => {
    const bad = {
      textHashThreshold: -1,
      operationTtls: { qa: 'soon' },
      cache: { ttl: '5 minutes', redis: { url: 'http://here' }, nmespace: 'a' },
      prises: {},
    } as unknown as AiCacheOptions;
    for (const module of [AiCacheModule.forRoot(bad), AiCacheModule.forRootAsync({ useFactory: () => bad })]) {
      const error = await App.start({ imports: [module] }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(CacheConfigError);
      expect((error as CacheConfigError).faults.map(({ path }) => path)).toEqual([
        'prises',
        'textHashThreshold',
        'operationTtls.qa',
        'cache.nmespace',
        'cache.ttl',
        'cache.redis.url',
      ]);
    }
  });

  it.each([null, 1, []])('refuses %p for options', async (options) => {
    await expect(App.start({ imports: [AiCacheModule.forRoot(options as never)] })).rejects.toThrow(CacheConfigError);
  });
});

describe('AiCacheModule.forRootAsync', () => {
  @Injectable()
  class Settings {
    readonly currency = 'CHF';
  }
  @Module({ providers: [Settings], exports: [Settings] })
  class SettingsModule {}

  it('asks its factory once, with what is injected', async () => {
    let calls = 0;
    const module = AiCacheModule.forRootAsync({
      imports: [SettingsModule],
      inject: [Settings],
      useFactory: async ({ currency }: Settings) => (calls++, { currency }),
    });
    const app = await App.start({ imports: [module] });
    expect(app.get(AiResponseCache).getCost().currency).toBe('CHF');
    expect(calls).toBe(1);
  });

  it('takes the name beside the factory, not from it', async () => {
    const useFactory = (): AiCacheOptions => ({ name: 'a', isGlobal: false });
    const error = await App.start({ imports: [AiCacheModule.forRootAsync({ useFactory })] }).catch(
      (reason: unknown) => reason,
    );
    expect((error as CacheConfigError).faults.map(({ path }) => path)).toEqual(['name', 'isGlobal']);
  });
});

describe('the log of an AI cache', () => {
  it('holds no word of what was asked or answered, whatever happens', async () => {
    const clock = new FakeClock();
    const backend = new FlakyBackend({ clock });
    const cache: AiCacheOptions['cache'] = {
      clock,
      backend,
      fallback: 'memory',
      logCalls: true,
      breaker: { failures: 1 },
    };
    const app = await App.start({ imports: [AiCacheModule.forRoot({ cache })] });
    const ai = app.get(AiResponseCache);
    const [secret, reply] = ['Schnupfen', 'Kamillentee'];
    const asked = { operation: 'qa', text: `I have ${secret}.`, question: secret, options: { messages: [secret] } };
    const told: string[] = [];
    for (const type of ['served', 'generated', 'refused'] as const)
      ai.on(type, (event) => told.push(JSON.stringify(event)));
    const attempt = async (work: () => Promise<unknown>): Promise<void> => {
      const done = work().catch((error: unknown) => told.push(String((error as Error).stack)));
      await clock.advance(1_000);
      await done;
    };
    const everything = async (tenant?: string): Promise<void> => {
      const own = { ...asked, ...(tenant && { tenant }) };
      await attempt(() => ai.getOrGenerate(own, () => completion(reply)));
      await attempt(() => ai.getOrGenerate(own, () => completion(reply)));
      await attempt(() =>
        ai.getOrGenerate({ ...own, text: secret }, () => completion(reply, { finish_reason: 'length' })),
      );
      await attempt(() =>
        ai.getOrGenerate({ ...own, text: `${secret}!` }, () => new Promise(() => {}), { hardTimeout: 5 }),
      );
      await attempt(() =>
        ai.getOrGenerate({ ...own, text: `${secret}?` }, ({ setTtl }) => (setTtl('x' as never), reply)),
      );
      await attempt(() => ai.getOrGenerate<unknown>({ ...own, text: `${secret}.` }, () => ({ reply, run: () => 1 })));
      await attempt(() => itemsIn(ai.getOrGenerateStream(own, () => streamOf(chunks(reply)))));
      await attempt(() => itemsIn(ai.getOrGenerateStream(own, () => streamOf(chunks(reply)))));
      await attempt(() => ai.getCachedResponse(own));
      await attempt(() => ai.cacheResponse({ ...own, response: reply }));
      await attempt(() => ai.invalidateByOperation('qa'));
    };
    await everything();
    backend.fail('all', new Error(`GET ${secret} failed: ${reply}`));
    await everything();
    told.push(JSON.stringify(await app.cache('ai').healthCheck()));
    backend.heal();
    await clock.advance(60_000);
    await everything('acme');
    backend.corrupt('get', (bytes) => bytes.subarray(1), 5);
    await everything('globex');
    told.push(JSON.stringify(ai.getCost()), JSON.stringify(ai.getCacheStats()), JSON.stringify(ai));
    const text = [...app.lines, ...app.warnings, ...told].join('\n');
    // A generation that never ends is waited for in the time of this test.
    const closed = App.closeAll();
    await clock.advance(10_000);
    await closed;
    expect(text).toMatch(/miss #[0-9a-f]{16}/);
    expect(text).toMatch(/hit #[0-9a-f]{16}/);
    expect(text).toMatch(/is given up for now \(Error\)/);
    expect(text).toContain('"status":"degraded"');
    expect(text).toMatch(/took longer than 5 ms/);
    expect(text).not.toContain(secret);
    expect(text).not.toContain(reply);
  });
});
