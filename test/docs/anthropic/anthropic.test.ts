import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { message, messageEvents } from '../../flows/anthropic/anthropic-client.js';
import { events, json, providerServer, type ProviderServer } from '../../support/provider-server.js';
import { AnthropicModule } from './anthropic.module.js';
import { ReviewsService } from './reviews.service.js';

let server: ProviderServer;
const { env } = process;
beforeEach(async () => {
  server = await providerServer(json(message('pleased')));
  process.env = { ...env, ANTHROPIC_API_KEY: 'sk-test', ANTHROPIC_BASE_URL: server.url };
});
afterEach(() => {
  process.env = env;
  return server.close();
});

it('runs the examples of docs/anthropic.md', async () => {
  const module = await Test.createTestingModule({ imports: [AnthropicModule] }).compile();
  const app = await module.init();
  const reviews = app.get(ReviewsService);
  expect(await reviews.sentimentOf('Good tea.')).toBe('pleased');
  expect(await reviews.sentimentOf('Good tea.')).toBe('pleased');
  server.answer = events(...messageEvents('Thank you!'));
  for (let run = 0; run < 2; run++) {
    const heard: string[] = [];
    expect(await reviews.replyTo('Good tea.', (text) => heard.push(text))).toBe('Thank you!');
    expect(heard).toEqual(['Thank ', 'you!']);
  }
  expect(server.asked).toHaveLength(2);
  await app.close();
});
