import { describe, expect, it } from '@jest/globals';
import { CacheUsageError } from 'nestjs-cached';
import { CacheResponse, type CacheResponseOptionsFor } from '../../../lib/nest/http/cache-response.decorator.js';

describe('@CacheResponse', () => {
  it.each<[unknown, RegExp]>([
    [{ ttl: -1 }, /@CacheResponse: ttl is -1/],
    [{ staleIfError: 'soon' }, /@CacheResponse: staleIfError is "soon"/],
    [{ key: 'cats' }, /key is a string/],
    [{ varyBy: 'accept' }, /varyBy must be names/],
    [{ varyBy: ['*'.repeat(1), 'accept'] }, /varyBy must be names/],
    [{ varyBy: ['accept language'] }, /varyBy must be names/],
    [{ varyBy: [1] }, /varyBy must be names/],
  ])('refuses %j where it stands', (options, message) => {
    const decorate = (): unknown => CacheResponse(options as CacheResponseOptionsFor<unknown>);
    expect(decorate).toThrow(CacheUsageError);
    expect(decorate).toThrow(message);
  });

  it('takes what can be meant', () => {
    for (const options of [
      undefined,
      {},
      { ttl: '5m', varyBy: ['Accept', 'X_Y.z'] },
      { varyBy: () => 1, key: () => 2 },
    ] as const) {
      expect(() => CacheResponse(options)).not.toThrow();
    }
  });
});
