import { afterEach, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { AiCacheModule, AiResponseCache } from 'nestjs-cached/ai';
import { ChatController } from './chat.controller.js';
import { asked } from './openai.js';

let app: INestApplication;
afterEach(() => app.close());

it('runs the example of docs/ai.md', async () => {
  const prices = { 'gpt-5-mini': { input: 1_000_000, output: 1_000_000 } };
  const module = await Test.createTestingModule({
    imports: [AiCacheModule.forRoot({ prices })],
    controllers: [ChatController],
  }).compile();
  app = module.createNestApplication();
  await app.listen(0, '127.0.0.1');
  const ask = async (text: string): Promise<string> => {
    const response = await fetch(`${await app.getUrl()}/chat?text=${text}`);
    return [...(await response.text()).matchAll(/^data: (.+)$/gm)].map(([, data]) => data).join('');
  };
  expect(await ask('Hello')).toBe('Hello you there.');
  expect(await ask('Hello')).toBe('Hello you there.');
  expect(asked).toHaveLength(1);
  await ask('Bye');
  expect(asked).toHaveLength(2);
  expect(app.get(AiResponseCache).getCost().totals).toMatchObject({ served: 1, generated: 2, moneyAvoided: 15 });
});
