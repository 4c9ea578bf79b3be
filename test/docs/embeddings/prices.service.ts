import { Injectable } from '@nestjs/common';
import { CachedBatch, CacheEvict } from 'nestjs-cached';

@Injectable()
export class PricesService {
  readonly asked: string[][] = [];

  // price:EUR:a1
  @CachedBatch({ key: (sku, currency) => `price:${currency}:${sku}`, ttl: '10m', batchSize: 100 })
  async prices(skus: string[], currency: string): Promise<number[]> {
    this.asked.push(skus);
    return skus.map((sku) => sku.length + currency.length);
  }

  @CacheEvict({ key: (sku, currency) => `price:${currency}:${sku}` })
  async change(sku: string, currency: string, to: number): Promise<string> {
    return `${sku} is ${to} ${currency}`;
  }
}
