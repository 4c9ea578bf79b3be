import 'reflect-metadata';

import { equal } from 'node:assert/strict';

import { Controller, Get, Injectable, Module, UseInterceptors } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cached, CacheInterceptor, CacheManager, CacheModule } from 'nestjs-cached';
import { AiCacheModule, AiResponseCache } from 'nestjs-cached/ai';
import { FakeClock } from 'nestjs-cached/testing';
import { Observable, lastValueFrom, of, toArray } from 'rxjs';

@Injectable()
class Prices {
  loads = 0;

  @Cached({ ttl: '5m' })
  async of(article: string): Promise<{ article: string; price: number }> {
    this.loads += 1;
    return { article, price: 42 };
  }

  @Cached({ ttl: '5m' })
  ticks(article: string): Observable<string> {
    this.loads += 1;
    return of(article, '41', '42');
  }
}

@Controller('prices')
class PricesController {
  requests = 0;

  @Get()
  @UseInterceptors(CacheInterceptor)
  list(): { request: number } {
    this.requests += 1;
    return { request: this.requests };
  }
}

@Module({
  imports: [CacheModule.forRoot(), AiCacheModule.forRoot()],
  controllers: [PricesController],
  providers: [Prices],
})
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['error'] });
  await app.listen(0, '127.0.0.1');

  const prices = app.get(Prices);
  const first = await prices.of('book');
  equal((await prices.of('book')).price, first.price);
  equal(prices.loads, 1, '@Cached: the second call is served from the cache');

  const ticks = (): Promise<string[]> => lastValueFrom(prices.ticks('book').pipe(toArray()));
  equal((await ticks()).join(), (await ticks()).join());
  equal(prices.loads, 2, '@Cached: the second observable is replayed');

  const ai = app.get(AiResponseCache);
  let asked = 0;
  const summary = (): Promise<string> =>
    ai.getOrGenerate({ operation: 'summarize', text: 'long' }, () => `short ${(asked += 1)}`);
  equal(await summary(), await summary(), 'AiResponseCache: the model is asked once');

  const manager = app.get(CacheManager);
  equal(await manager.set('key', 'value', '1m'), true);
  equal(await manager.get<string>('key'), 'value');

  const url = `${await app.getUrl()}/prices`;
  const outcomes: (string | null)[] = [];
  for (let request = 0; request < 2; request += 1) {
    const answer = await fetch(url);
    equal(await answer.text(), '{"request":1}', 'CacheInterceptor: the handler ran once');
    outcomes.push(answer.headers.get('x-cache'));
  }
  equal(outcomes.join(), 'MISS,HIT');

  equal(typeof new FakeClock().now(), 'number');
  await app.close();
  console.log('OK');
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
