import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { AiResponseCache } from 'nestjs-cached/ai';
import { EMBEDDING_MODEL_OPTIONS } from '../../../lib/adapters/ai-sdk/embedding-model.options.js';
import { LANGUAGE_MODEL_OPTIONS } from '../../../lib/adapters/ai-sdk/language-model.options.js';
import { vectorOf } from '../../support/openai-replies.js';
import { OpenAiServer, textsOf } from '../../support/openai-server.js';
import { read } from '../pages.js';

const page = read('docs/ai-sdk.md');

describe('docs/ai-sdk.md', () => {
  it.each([...LANGUAGE_MODEL_OPTIONS, ...EMBEDDING_MODEL_OPTIONS])('names the option %s', (name) => {
    expect(page).toMatch(new RegExp(`^\\|.*\`${name}\``, 'm'));
  });
});

describe('the example of docs/ai-sdk.md', () => {
  let server: OpenAiServer;
  let module: TestingModule;
  const environment = { ...process.env };
  beforeAll(async () => {
    server = await OpenAiServer.start();
    // The package of the provider reads them when it is loaded.
    process.env['OPENAI_BASE_URL'] = server.url;
    process.env['OPENAI_API_KEY'] = 'sk-of-this-test';
  });
  beforeEach(async () => {
    const { AppModule } = await import('./app.module.js');
    module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    await module.init();
  });
  afterEach(() => module.close());
  afterAll(async () => {
    process.env = environment;
    await server.stop();
  });

  it('answers, streams and embeds', async () => {
    const { AnswersService } = await import('./answers.service.js');
    const { SearchService } = await import('./search.service.js');
    const answers = module.get(AnswersService);
    for (let nth = 0; nth < 2; nth++) {
      expect(await answers.answer('Who is there?')).toBe('Hello you there.');
      let text = '';
      for await (const piece of answers.stream('Who is there?')) text += piece;
      expect(text).toBe('Hello you there.');
    }
    expect(server.calls).toHaveLength(2);
    expect(module.get(AiResponseCache).getCost().totals).toMatchObject({ served: 2, generated: 2, tokensAvoided: 240 });

    const search = module.get(SearchService);
    await search.vectorsOf(['b']);
    expect(await search.vectorsOf(['a', 'b'])).toEqual([vectorOf('a'), vectorOf('b')]);
    expect(server.calls.slice(2).map(({ body }) => textsOf(body))).toEqual([['b'], ['a']]);
  });
});
