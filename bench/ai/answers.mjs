import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { LRUCache } from 'lru-cache';
import { AiCacheModule, AiResponseCache } from 'nestjs-cached/ai';
import { median, spread } from '../kit/stats.mjs';

const ROUNDS = 41;
const BATCH = 20_000;
const TEXT = 'A sentence of an answer. '.repeat(410);

/** A hit of an answer of 10 KiB in the process, beside an awaited get of lru-cache with the key at hand. */
export async function answers() {
  class App {}
  Module({ imports: [AiCacheModule.forRoot()] })(App);
  const app = await NestFactory.createApplicationContext(App, { logger: ['error', 'warn'] });
  const ai = app.get(AiResponseCache);
  const shapes = {
    'a text': TEXT,
    'an object of the AI SDK': {
      text: TEXT,
      finishReason: 'stop',
      usage: { inputTokens: 900, outputTokens: 2_100, totalTokens: 3_000 },
      toolCalls: [],
      warnings: [],
      response: { id: 'r1', modelId: 'm', timestamp: new Date(0), headers: { 'x-a': '1' } },
    },
  };
  const lines = [];
  for (const [shape, response] of Object.entries(shapes)) {
    const request = { operation: 'summarize', text: `${shape}, asked about`, options: { model: 'm', temperature: 0 } };
    const prepared = ai.prepare(request);
    const generate = async () => response;
    await ai.getOrGenerate(prepared, generate);
    const plain = new LRUCache({ max: 1_000, ttl: 3_600_000 });
    plain.set(prepared.key, response);
    const never = () => {
      throw new Error('The model was asked.');
    };
    const cases = {
      bare: async () => {
        for (let nth = 0; nth < BATCH; nth++) await plain.get(prepared.key);
      },
      prepared: async () => {
        for (let nth = 0; nth < BATCH; nth++) await ai.getOrGenerate(prepared, never);
      },
      whole: async () => {
        for (let nth = 0; nth < BATCH; nth++) await ai.getOrGenerate(request, never);
      },
    };
    const found = { bare: /** @type {number[]} */ ([]), prepared: [], whole: [] };
    for (let round = -5; round < ROUNDS; round++) {
      for (const [name, run] of Object.entries(cases)) {
        const begun = performance.now();
        await run();
        if (round >= 0) found[name].push(((performance.now() - begun) * 1e6) / BATCH);
      }
    }
    const line = (what, name, target) => {
      const ratio = spread(found[name].map((time, round) => time / found.bare[round]));
      const verdict = target === undefined ? '' : `< ${target}: ${ratio.median < target ? 'met' : 'NOT met'}`;
      const shown = `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)}..${ratio.max.toFixed(2)})`;
      lines.push([what, `${median(found[name]).toFixed(0)} ns`, shown, verdict]);
    };
    line(`${shape} of 10 KiB: an awaited get of lru-cache`, 'bare');
    line('getOrGenerate, the request prepared', 'prepared', 5);
    line('getOrGenerate, its key made anew', 'whole');
  }
  await app.close();
  return lines;
}
