import { Injectable } from '@nestjs/common';
import { CacheManager } from 'nestjs-cached';

interface Rates {
  readonly base: string;
  readonly byCurrency: Readonly<Record<string, number>>;
  /** In seconds, as the source says it. */
  readonly maxAge: number;
}

@Injectable()
export class RatesService {
  constructor(private readonly cache: CacheManager) {}

  /** The source decides how long its answer is good. */
  rates(base: string): Promise<Rates> {
    return this.cache.getOrSet(
      `rates:${base}`,
      async ({ signal, setTtl, setTags }) => {
        const rates = await this.fetchRates(base, signal);
        setTtl(rates.maxAge * 1_000);
        setTags(...Object.keys(rates.byCurrency).map((currency) => `currency:${currency}`));
        return rates;
      },
      { staleIfError: '1d' },
    );
  }

  /** One request for all that is missing; the order of the answer is the order of the question. */
  async many(bases: readonly string[]): Promise<Map<string, Rates>> {
    return this.cache.getOrSetMany(
      bases.map((base) => `rates:${base}`),
      async (missing) => Promise.all(missing.map((key) => this.fetchRates(key.slice('rates:'.length)))),
      '10m',
    );
  }

  /** `false`: the backend could not be told, and may still hold the old rates. */
  async currencyChanged(currency: string): Promise<boolean> {
    return this.cache.invalidateTags(`currency:${currency}`);
  }

  protected async fetchRates(base: string, signal?: AbortSignal): Promise<Rates> {
    signal?.throwIfAborted();
    return { base, byCurrency: { CHF: 0.94, JPY: 163.2 }, maxAge: 600 };
  }
}
