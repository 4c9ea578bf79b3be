import { Injectable } from '@nestjs/common';
import { Cached, CacheManager } from 'nestjs-cached';
import { interval, map, Observable, take } from 'rxjs';

@Injectable()
export class ForecastService {
  constructor(private readonly cache: CacheManager) {}

  /** An async generator says by itself what it is; so does a declared `Observable`, `ReadableStream` or `Readable`. */
  @Cached({ ttl: '10m', unless: (hours) => hours.length < 24 })
  async *hours(city: string): AsyncGenerator<string> {
    for (let hour = 0; hour < 24; hour++) yield `${city}, ${hour}:00: ${await this.compute(city, hour)}`;
  }

  @Cached({ ttl: '1m' })
  ticks(city: string): Observable<string> {
    return interval(1_000).pipe(
      take(60),
      map((nth) => `${city} ${nth}`),
    );
  }

  /** `AsyncIterable` is an interface, which leaves no trace: `stream` says it. The same goes for a promise of a stream. */
  @Cached({ ttl: '1h', stream: 'iterable' })
  report(city: string): AsyncIterable<string> {
    return this.hours(city);
  }

  /** By hand. The signal is aborted when nobody reads any more. */
  words(url: string): AsyncIterable<string> {
    return this.cache.getOrSetStream<string>(`words:${url}`, async ({ signal, skip }) => {
      const { ok, body } = await fetch(url, { signal });
      if (!ok) skip(); // handed on, and not stored
      return body!.pipeThrough(new TextDecoderStream());
    });
  }

  protected async compute(city: string, hour: number): Promise<string> {
    return city.length > hour ? 'rain' : 'sun';
  }
}
