import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { AiCacheModule, AiResponseCache } from 'nestjs-cached/ai';
import * as adapter from 'nestjs-cached/langchain';
import { LangChainServer } from '../../support/langchain-server.js';
import { read } from '../pages.js';
import { ChatService } from './chat.service.js';

let server: LangChainServer;
let module: TestingModule | undefined;
const names = ['OPENAI_BASE_URL', 'OPENAI_API_KEY'];
const before = names.map((name) => process.env[name]);

beforeAll(async () => {
  server = await LangChainServer.start();
  process.env['OPENAI_BASE_URL'] = server.url;
  process.env['OPENAI_API_KEY'] = 'sk-test';
});
afterEach(() => module?.close());
afterAll(async () => {
  names.forEach((name, at) => {
    if (before[at] === undefined) delete process.env[name];
    else process.env[name] = before[at];
  });
  await server.stop();
});

it('runs the example of docs/langchain.md', async () => {
  module = await Test.createTestingModule({ imports: [AiCacheModule.forRoot()], providers: [ChatService] }).compile();
  const service = module.get(ChatService);
  const streamed = async (): Promise<string> => {
    let text = '';
    for await (const piece of service.stream('Hello')) text += piece;
    return text;
  };
  expect([await service.answer('Hello'), await service.answer('Hello')]).toEqual(['Answer 1.', 'Answer 1.']);
  expect([await streamed(), await streamed()]).toEqual(['Answer 2.', 'Answer 2.']);
  expect(server.asked).toHaveLength(2);
  const { served, generated } = module.get(AiResponseCache).getCost().totals;
  expect([served, generated]).toEqual([2, 2]);
});

describe('docs/langchain.md', () => {
  const page = read('docs/langchain.md');

  it('names everything that the package gives', () => {
    for (const name of Object.keys(adapter)) expect(page).toContain(`\`${name}`);
  });

  it('names every option', () => {
    const options = [
      'operation',
      'tenant',
      'ttl',
      'storeToolCalls',
      'streamEnd',
      'servedUsage',
      'onUncached',
      'queries',
    ];
    for (const option of [...options, 'namespace', 'version', 'model'])
      expect(page).toMatch(new RegExp(`^\\|.*\`${option}\``, 'm'));
  });
});
