import { CachedBatch } from 'nestjs-cached';

interface Price {
  readonly amount: number;
}

export class Prices {
  @CachedBatch()
  async all(ids: number[]): Promise<Price[]> {
    return ids.map((amount) => ({ amount }));
  }

  @CachedBatch({
    key: (id, currency) => `${id.toFixed()}:${currency.toUpperCase()}`,
    tags: (ids, currency) => [currency, ...ids.map((id) => id.toFixed())],
    ttl: (price, id, currency) => (price.amount > id ? '5m' : currency.length),
    tenant: (_ids, currency) => currency,
    condition: (ids) => ids.length > 1,
    unless: (price) => price.amount === 0,
    batchSize: 10,
    maxConcurrency: 2,
    staleIfError: '1h',
  })
  async some(ids: readonly number[], currency: string): Promise<readonly Price[]> {
    return ids.map((id) => ({ amount: id + currency.length }));
  }

  @CachedBatch({ returns: 'map', unless: (price, sku) => price.amount === sku.length })
  async found(skus: string[]): Promise<Map<string, Price>> {
    return new Map(skus.map((sku) => [sku, { amount: sku.length }]));
  }

  @CachedBatch({ returns: 'map' })
  protected async hidden(skus: string[]): Promise<ReadonlyMap<string, Price>> {
    return new Map(skus.map((sku) => [sku, { amount: 1 }]));
  }

  @CachedBatch({ key: (page, language) => [page, language] })
  async generic<T extends object>(pages: T[], language?: string): Promise<string[]> {
    return pages.map(() => language ?? '');
  }

  // @ts-expect-error nothing else would say that it returns a Map, when all items are cached
  @CachedBatch()
  async unsaid(skus: string[]): Promise<Map<string, Price>> {
    return new Map(skus.map((sku) => [sku, { amount: 1 }]));
  }

  // @ts-expect-error it returns an array
  @CachedBatch({ returns: 'map' })
  async wrongKind(ids: number[]): Promise<Price[]> {
    return ids.map((amount) => ({ amount }));
  }

  // @ts-expect-error the Map must be by item
  @CachedBatch({ returns: 'map' })
  async wrongMap(ids: number[]): Promise<Map<string, Price>> {
    return new Map(ids.map((amount) => [String(amount), { amount }]));
  }

  // @ts-expect-error the key sees an item: a number has no toUpperCase
  @CachedBatch({ key: (id) => id.toUpperCase() })
  async wrongKey(ids: number[]): Promise<number[]> {
    return ids;
  }

  // @ts-expect-error `unless` sees the value of an item: a price has no pages
  @CachedBatch({ unless: (price) => price.pages === 0 })
  async wrongValue(ids: number[]): Promise<Price[]> {
    return ids.map((amount) => ({ amount }));
  }

  // @ts-expect-error there are no items
  @CachedBatch()
  async noItems(id: number): Promise<number[]> {
    return [id];
  }

  // @ts-expect-error one value is no value of each item
  @CachedBatch()
  async oneValue(ids: number[]): Promise<number> {
    return ids.length;
  }

  // @ts-expect-error it returns no promise
  @CachedBatch()
  atOnce(ids: number[]): number[] {
    return ids;
  }
}
