import { Module, type DynamicModule } from '@nestjs/common';
import { CacheModule } from '../cache.module.js';
import type { CacheModuleOptions } from '../contracts/options.js';
import { FakeClock } from './fake-clock.js';

/** The options of `CacheModule.forRoot`, with a clock that a test moves. */
export interface CacheTestingOptions extends Omit<CacheModuleOptions, 'clock'> {
  /** Default: a new one. Share one between named caches, and with a `FlakyBackend`. */
  clock?: FakeClock;
}

/**
 * `CacheModule` as tests want it: entries in memory, time that moves only by `FakeClock.advance`, and no jitter, so
 * that a ttl ends exactly when it says. The clock is a provider: `moduleRef.get(FakeClock)`.
 *
 * Every option of `CacheModule.forRoot` can be given and goes before these defaults.
 */
@Module({})
export class CacheTestingModule {
  static forRoot(options: CacheTestingOptions = {}): DynamicModule {
    const clock = options.clock ?? new FakeClock();
    const backend = options.backend ?? (options.redis ? undefined : 'memory');
    return {
      module: CacheTestingModule,
      global: options.isGlobal ?? true,
      imports: [CacheModule.forRoot({ ...options, jitter: options.jitter ?? 0, ...(backend && { backend }), clock })],
      providers: [{ provide: FakeClock, useValue: clock }],
      exports: [FakeClock, CacheModule],
    };
  }
}
