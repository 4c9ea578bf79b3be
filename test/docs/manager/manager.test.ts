import { expect, it, jest } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { CacheManager } from 'nestjs-cached';
import { CacheTestingModule } from 'nestjs-cached/testing';
import { RatesService } from './rates.service.js';

class CountedRates extends RatesService {
  readonly fetched = jest.fn((base: string) => base);

  protected override async fetchRates(base: string): ReturnType<RatesService['fetchRates']> {
    this.fetched(base);
    return super.fetchRates(base);
  }
}

it('runs the example of docs/manager.md', async () => {
  const app = await Test.createTestingModule({
    imports: [CacheTestingModule.forRoot()],
    providers: [CountedRates],
  }).compile();
  await app.init();
  const rates = app.get(CountedRates);
  const cache = app.get(CacheManager);

  await Promise.all([rates.rates('EUR'), rates.rates('EUR')]);
  expect(rates.fetched.mock.calls).toEqual([['EUR']]);
  expect(await cache.getTtl('rates:EUR')).toBe(600_000);

  expect([...(await rates.many(['USD', 'EUR', 'USD'])).keys()]).toEqual(['rates:USD', 'rates:EUR']);
  expect(rates.fetched.mock.calls).toEqual([['EUR'], ['USD']]);

  expect(await rates.currencyChanged('JPY')).toBe(true);
  await rates.rates('EUR');
  expect(rates.fetched).toHaveBeenCalledTimes(3);
  await app.close();
});
