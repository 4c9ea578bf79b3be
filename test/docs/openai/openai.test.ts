import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { completion, itemsIn } from '../../flows/ai/ai-cache.js';
import { events, json, namedEvent, providerServer, type ProviderServer } from '../../support/provider-server.js';
import { OpenAiModule } from './openai.module.js';
import { TitlesService } from './titles.service.js';

let server: ProviderServer;
const { env } = process;
beforeEach(async () => {
  server = await providerServer(json(completion('On trees')));
  process.env = { ...env, OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: `${server.url}/v1` };
});
afterEach(() => {
  process.env = env;
  return server.close();
});

it('runs the examples of docs/openai.md', async () => {
  const module = await Test.createTestingModule({ imports: [OpenAiModule] }).compile();
  const app = await module.init();
  const titles = app.get(TitlesService);
  expect(await titles.titleOf('Trees ...')).toBe('On trees');
  expect(await titles.titleOf('Trees ...')).toBe('On trees');
  expect(server.asked).toHaveLength(1);
  server.answer = events(
    ...['Trees ', 'grow.'].map((delta) => namedEvent({ type: 'response.output_text.delta', ...{ delta } })),
    namedEvent({ type: 'response.completed', ...{ response: { object: 'response', status: 'completed' } } }),
  );
  expect(await itemsIn(titles.words('Trees ...'))).toEqual(['Trees ', 'grow.']);
  expect(await itemsIn(titles.words('Trees ...'))).toEqual(['Trees ', 'grow.']);
  expect(server.asked.map(({ path }) => path)).toEqual(['/v1/chat/completions', '/v1/responses']);
  await app.close();
});
