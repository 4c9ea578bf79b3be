import { describe, expect, it } from '@jest/globals';
import { aiCacheOptions } from '../../../sample-app/src/ai/ai-cache-options.js';
import { OpenAiEngine } from '../../../sample-app/src/ai/openai/openai-engine.js';

const engine = new OpenAiEngine({ baseUrl: 'http://127.0.0.1:1/v1', model: 'small' });

describe('the options of the cache of answers', () => {
  it('keep answers apart from the results of files', () => {
    expect(aiCacheOptions(engine, {}).cache).toMatchObject({ namespace: 'document-intelligence:answers' });
  });

  it('are those of the environment, but for the name that the service finds the cache by', () => {
    const options = aiCacheOptions(engine, {
      AI_CACHE_NAME: 'another',
      AI_CACHE_TTL_SUMMARIZE: '60',
      AI_CACHE_REDIS_URL: 'redis://127.0.0.1:7',
    });
    expect(options).toMatchObject({
      operationTtls: { summarize: 60_000 },
      cache: { redis: { url: 'redis://127.0.0.1:7' } },
    });
    expect(options).not.toHaveProperty('name');
  });

  it('have the prices of the model where both are set', () => {
    expect(aiCacheOptions(engine, { OPENAI_PRICE_INPUT: '0.15', OPENAI_PRICE_OUTPUT: '0.6' }).prices).toEqual({
      small: { input: 0.15, output: 0.6 },
    });
    expect(aiCacheOptions(engine, { OPENAI_PRICE_INPUT: '0.15', OPENAI_PRICE_OUTPUT: '' })).not.toHaveProperty(
      'prices',
    );
  });

  it.each(['-1', 'much', 'Infinity'])('cannot have the price %s', (price) => {
    expect(() => aiCacheOptions(engine, { OPENAI_PRICE_INPUT: price })).toThrow(
      `OPENAI_PRICE_INPUT must be a number of at least 0; got '${price}'.`,
    );
  });
});
