import { expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { CacheModule } from 'nestjs-cached';
import { EmbeddingCacheModule } from 'nestjs-cached/ai';
import { asked } from './openai.js';
import { PricesService } from './prices.service.js';
import { SearchService } from './search.service.js';

it('runs the examples of docs/embeddings.md', async () => {
  const module = await Test.createTestingModule({
    imports: [CacheModule.forRoot(), EmbeddingCacheModule.forRoot({ model: 'text-embedding-3-small', dimensions: 3 })],
    providers: [SearchService, PricesService],
  }).compile();
  const app = await module.init();
  const search = app.get(SearchService);
  expect(await search.vectorsOf(['area', 'tree'])).toEqual([Float32Array.of(3, 2, 1), Float32Array.of(1, 3, 1)]);
  await search.vectorsOf(['tree', 'idea', 'area', 'idea']);
  expect(asked).toEqual([['area', 'tree'], ['idea']]);
  const prices = app.get(PricesService);
  expect(await prices.prices(['a', 'bb'], 'EUR')).toEqual([4, 5]);
  expect(await prices.change('bb', 'EUR', 7)).toBe('bb is 7 EUR');
  expect(await prices.prices(['bb', 'a', 'ccc'], 'EUR')).toEqual([5, 4, 6]);
  expect(prices.asked).toEqual([
    ['a', 'bb'],
    ['bb', 'ccc'],
  ]);
  await app.close();
});
