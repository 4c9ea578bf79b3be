import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Redis } from 'ioredis';
import { AiResponseCache, type AiCacheOptions, type AiRequest } from 'nestjs-cached/ai';
import { createCache } from '../../../lib/assembly/create-cache.js';
import { cacheOptionsOf } from '../../../lib/ai/options/cache-options-of.js';
import { resolveOptions } from '../../../lib/config/resolved-options.js';
import { validateOptions } from '../../../lib/config/validate-options.js';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { shutDown } from '../../../lib/core/shutdown.js';
import { eventually } from '../../support/eventually.js';
import { startRedis, type RunningRedis } from '../../support/redis-server.js';
import { completion, itemsIn, streamOf } from './ai-cache.js';

let server: RunningRedis;
let raw: Redis;
const opened: CacheManager[] = [];

beforeAll(async () => {
  server = await startRedis();
  raw = new Redis(server.url);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ cache }) => shutDown(cache.parts)));
  await raw.flushall();
});
afterAll(async () => {
  raw.disconnect();
  await server.stop();
});

/** A process of its own, as far as its cache goes. */
async function open(options: AiCacheOptions = {}): Promise<{ ai: AiResponseCache; manager: CacheManager }> {
  const cache = { redis: { url: server.url, commandTimeout: '5s' as const }, ...options.cache };
  const manager = await createCache(
    resolveOptions(validateOptions({ ...cacheOptionsOf({ ...options, cache }), name: 'ai' })),
  );
  opened.push(manager);
  await eventually(
    () => manager.healthCheck(),
    ({ status }) => status === 'up',
  );
  return { ai: new AiResponseCache(manager, options), manager };
}

const isAbsent = (value: unknown): boolean => value === undefined;

/** Every key of the server, with all that stands in it. */
async function everything(): Promise<string> {
  const lines: string[] = [];
  for (const key of await raw.keys('*')) {
    const value = await raw.dumpBuffer(key);
    const type = await raw.type(key);
    const text = type === 'string' ? await raw.getBuffer(key) : value;
    lines.push(`${key}\n${text?.toString('latin1')}`);
  }
  return lines.join('\n');
}

const name = fc.oneof(
  fc.string({ minLength: 1, unit: 'binary' }),
  fc.string({ minLength: 1, unit: fc.constantFrom('@', ':', '/', '{', '}', '%', '*', '\u0000', 'a', '"', '\ud800') }),
  fc.constantFrom('__proto__', 'constructor', ' ', '.', '..', 'default', 'undefined', 'null'),
);

describe('tenants on Redis', () => {
  it('never meet, however they are called, with the very same question', async () => {
    const [one, other] = [await open(), await open()];
    let round = 0;
    await fc.assert(
      fc.asyncProperty(name, name, async (a, b) => {
        fc.pre(a !== b);
        const request = { operation: 'qa', text: `round ${++round}`, question: 'Who am I?' };
        expect(await one.ai.getOrGenerate({ ...request, tenant: a }, () => 'a')).toBe('a');
        expect(await one.ai.getCachedResponse({ ...request, tenant: b })).toBeUndefined();
        expect(await other.ai.getCachedResponse({ ...request, tenant: b })).toBeUndefined();
        expect(await other.ai.getCachedResponse(request)).toBeUndefined();
        expect(await other.ai.getOrGenerate({ ...request, tenant: b }, () => 'b')).toBe('b');
        expect(await other.ai.getCachedResponse({ ...request, tenant: a })).toBe('a');
        await one.ai.forTenant(a).clear();
        expect(await other.ai.getCachedResponse({ ...request, tenant: b })).toBe('b');
        await eventually(() => other.ai.getCachedResponse({ ...request, tenant: a }), isAbsent);
      }),
      { numRuns: 60 },
    );
  });

  it('leave nothing behind when they are deleted: every key of the server is read', async () => {
    const { ai } = await open();
    const secrets = ['Schnupfen', 'Kamillentee', 'Zwieback'];
    const [asked, answered, streamed] = secrets;
    for (const tenant of ['acme', 'globex']) {
      for (let at = 0; at < 5; at++) {
        const request: AiRequest = {
          operation: 'qa',
          text: `${tenant} ${at} ${asked}`,
          tenant,
          options: { model: `m${at}` },
        };
        await ai.getOrGenerate(request, () => completion(`${tenant} ${answered}`));
        await itemsIn(ai.getOrGenerateStream(request, () => streamOf([tenant, streamed])));
      }
    }
    const before = await everything();
    for (const secret of [...secrets.slice(0, 1), 'acme', 'globex']) expect(before).toContain(secret);
    expect(await ai.forTenant('acme').clear()).toBe(true);
    await eventually(everything, (text) => !/:v:.*acme|acme.*:v:/.test(text));
    const after = await everything();
    for (const secret of [asked, answered, streamed]) {
      const lines = after.split('\n').filter((line) => line.includes(secret!));
      expect(lines.filter((line) => line.includes('acme'))).toEqual([]);
    }
    // What is left of the tenant is that it was cleared.
    const keys = (await raw.keys('*')).filter((key) => key.includes('acme'));
    expect(keys.filter((key) => !/:(s|t|p)(:|$)/.test(key))).toEqual([]);
    expect(
      await ai.getCachedResponse({
        operation: 'qa',
        text: `globex 0 ${asked}`,
        tenant: 'globex',
        options: { model: 'm0' },
      }),
    ).toEqual(completion(`globex ${answered}`));
  });
});

describe('answers on Redis', () => {
  it('come back as they were: images, tool calls, reasoning, dates and urls', async () => {
    const answer = {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'Let me see.', providerOptions: { anthropic: { signature: 'abc=' } } },
        { type: 'text', text: 'Here it is.', lone: '\ud800' },
        { type: 'file', mediaType: 'image/png', data: Uint8Array.from({ length: 300 }, (_, at) => at % 256) },
        { type: 'tool-call', toolCallId: 'c1', toolName: 'weather', input: { city: 'Bern', at: new Date(86_400_000) } },
        { type: 'source', url: new URL('https://example.com/a?b=c#d') },
      ],
      usage: { inputTokens: 5, outputTokens: undefined },
      big: 10n ** 30n,
    };
    const request: AiRequest = { operation: 'chat', text: 'Show me.' };
    const [one, other] = [await open({ storeToolCalls: true }), await open({ storeToolCalls: true })];
    await one.ai.getOrGenerate<unknown>(request, () => answer);
    expect(await one.ai.getCachedResponse(request)).toStrictEqual(answer);
    expect(await other.ai.getCachedResponse(request)).toStrictEqual(answer);
    expect(await other.ai.getOrGenerate<unknown>(request, () => 'other')).toStrictEqual(answer);
    const parts = [...answer.content, { type: 'finish', finishReason: 'tool-calls' }];
    await itemsIn(one.ai.getOrGenerateStream<unknown>(request, () => streamOf(parts)));
    expect(await itemsIn(other.ai.getOrGenerateStream<unknown>(request, () => streamOf(['other'])))).toStrictEqual(
      parts,
    );
  });

  it('are generated once for all processes, and kept in each by the size of the text', async () => {
    const processes = [await open({ memoryTiers: ['small'] }), await open({ memoryTiers: ['small'] })];
    for (const [text, isKept] of [
      ['x'.repeat(500), true],
      ['x'.repeat(501), false],
    ] as const) {
      let runs = 0;
      const request: AiRequest = { operation: 'qa', text };
      const generate = async (): Promise<string> => {
        await new Promise((resolve) => setTimeout(resolve, 30));
        return `run ${++runs}`;
      };
      const answers = await Promise.all(
        processes.flatMap(({ ai }) => [ai.getOrGenerate(request, generate), ai.getOrGenerate(request, generate)]),
      );
      expect(new Set(answers)).toEqual(new Set(['run 1']));
      for (const { ai, manager } of processes) {
        expect(await ai.getOrGenerate(request, generate)).toBe('run 1');
        expect(manager.peek(ai.prepare(request).key) !== undefined).toBe(isKept);
      }
    }
  });

  it('are compressed above the threshold, and counted', async () => {
    const { ai } = await open({ compressionThreshold: 500 });
    const response = 'the same words again. '.repeat(100);
    await ai.getOrGenerate({ operation: 'qa', text: 'a' }, () => response);
    await ai.getOrGenerate({ operation: 'qa', text: 'b' }, () => 'short');
    const { values, bytesIn, bytesOut } = ai.getCacheStats().compression;
    expect(values).toBe(1);
    expect(bytesIn).toBeGreaterThan(2_000);
    expect(bytesOut).toBeLessThan(200);
  });

  it('fall in all processes with their model', async () => {
    const [one, other] = [await open(), await open()];
    const request: AiRequest = { operation: 'qa', text: 'a', options: { model: 'gpt-x' } };
    await one.ai.getOrGenerate(request, () => 'answer');
    expect(await other.ai.getCachedResponse(request)).toBe('answer');
    expect(await one.ai.invalidateByModel('gpt-x')).toBe(true);
    await eventually(() => other.ai.getCachedResponse(request), isAbsent);
  });
});
