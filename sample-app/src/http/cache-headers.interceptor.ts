import { Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { CacheManager } from 'nestjs-cached';
import type { CacheEvent } from 'nestjs-cached';
import type { ServerResponse } from 'node:http';
import { from, lastValueFrom } from 'rxjs';
import type { Observable } from 'rxjs';

/** Says on each answer whether it came from the cache (`X-Cache`), and what took how long (`Server-Timing`, in milliseconds). */
@Injectable()
export class CacheHeadersInterceptor implements NestInterceptor {
  constructor(private readonly cache: CacheManager) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return from(this.#answer(context.switchToHttp().getResponse<ServerResponse>(), next));
  }

  async #answer(response: ServerResponse, next: CallHandler): Promise<unknown> {
    const start = performance.now();
    const { value, outcomes } = await this.cache.observe(() => lastValueFrom<unknown>(next.handle()));
    setCacheHeaders(response, performance.now() - start, outcomes);
    return value;
  }
}

/**
 * @param total in milliseconds
 * @param nameOf what a computation is called; the first words of its key unless something else is given
 */
export function setCacheHeaders(
  response: ServerResponse,
  total: number,
  outcomes: readonly CacheEvent[],
  nameOf: (key: string) => string = label,
): void {
  response.setHeader('X-Cache', isHit(outcomes) ? 'HIT' : 'MISS');
  response.setHeader('Server-Timing', serverTiming(total, outcomes, nameOf));
}

/** A result may rest on others that are cached too: only when nothing had to be computed is the answer a hit. */
export function isHit(outcomes: readonly CacheEvent[]): boolean {
  return (
    outcomes.some(({ type }) => type === 'hit') && !outcomes.some(({ type }) => type === 'miss' || type === 'load')
  );
}

/** `total` includes the upload and whatever the interceptors inside do; each computation that the cache asked for has an entry of its own. */
function serverTiming(total: number, outcomes: readonly CacheEvent[], nameOf: (key: string) => string): string {
  const loads = outcomes.flatMap((outcome) =>
    outcome.type === 'load' ? [`load;dur=${outcome.duration.toFixed(1)};desc="${nameOf(outcome.key)}"`] : [],
  );
  return [`total;dur=${total.toFixed(1)}`, ...loads].join(', ');
}

const label = (key: string): string => key.replace(/:[0-9a-f]{64}$/u, '').replaceAll(/["\\]/gu, '');
