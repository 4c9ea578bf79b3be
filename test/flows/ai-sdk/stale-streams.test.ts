import { beforeEach, expect, it } from '@jest/globals';
import type { LanguageModelV3StreamPart } from '@ai-sdk/provider';
import { MockLanguageModelV3 } from 'ai/test';
import { deferred, settle, type Deferred } from '../../support/deferred.js';
import { aiCache } from '../ai/ai-cache.js';
import { cached, partsOf } from './models.js';

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};
const call = { prompt: [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'a' }] }] };

/** When each stream gives its parts. */
let gates: Deferred<void>[];
beforeEach(() => {
  gates = [];
});

/** Answers at once that it will, and then when the test says so. */
const model = (): MockLanguageModelV3 =>
  new MockLanguageModelV3({
    doStream: async () => {
      const gate = deferred<void>();
      const nth = String(gates.push(gate));
      const parts: LanguageModelV3StreamPart[] = [
        { type: 'text-delta', id: '0', delta: nth },
        { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage },
      ];
      const stream = new ReadableStream<LanguageModelV3StreamPart>({
        async pull(controller) {
          await gate.promise;
          for (const part of parts) controller.enqueue(part);
          controller.close();
        },
      });
      return { stream, response: { headers: { nth } } };
    },
  });

it('a stale stream has nothing of the exchange that is to renew it', async () => {
  const { ai, clock } = await aiCache({ cache: { ttl: '1m', staleIfError: '1h', softTimeout: '1s' } });
  const wrapped = cached(model(), ai);
  const asked = wrapped.doStream(call);
  await settle();
  gates[0]!.resolve();
  const first = await asked;
  expect(first.response).toEqual({ headers: { nth: '1' } });
  expect(await partsOf(first.stream)).toMatchObject([{ delta: '1' }, { type: 'finish' }]);
  await clock.advance(60_000);
  const late = wrapped.doStream(call);
  await settle();
  await clock.advance(1_000);
  const stale = await late;
  expect(gates).toHaveLength(2);
  expect(stale.response).toBeUndefined();
  expect(await partsOf(stale.stream)).toMatchObject([{ delta: '1' }, { type: 'finish' }]);
  gates[1]!.resolve();
  await settle();
  expect(await partsOf((await wrapped.doStream(call)).stream)).toMatchObject([{ delta: '2' }, { type: 'finish' }]);
});
