import type { ChangeFeed } from '../contracts/change-feed.js';
import type { Clock, Random } from '../contracts/clock.js';
import type { EntryStore } from '../contracts/entry-store.js';
import type { ValueIsolation } from '../contracts/entry.js';
import type { KeyGenerator } from '../contracts/key-generator.js';
import type { Discretion } from '../support/discretion.js';
import type { LeaseProvider } from '../contracts/lease.js';
import type { CacheResponseOptions } from '../contracts/options.js';
import type { OptionsResolver } from './call-options.js';
import type { EventStream } from './event-stream.js';
import type { Fence } from './fence.js';
import type { GatheredLooks } from './gathered-looks.js';
import type { Filler } from './filler.js';
import type { Scopes } from './scopes.js';
import type { SingleFlight } from './single-flight.js';
import type { StreamLimits } from './streams/stream-limits.js';
import type { WakeUp } from './wake-up.js';

/** What one cache is made of. Every part of it that does work is given the whole, and takes what it needs. */
export interface CacheParts {
  readonly name: string;
  /** `false`: nothing is looked up, joined or stored. */
  readonly enabled: boolean;
  readonly store: EntryStore;
  readonly looks: GatheredLooks;
  readonly isolation: ValueIsolation;
  readonly clock: Clock;
  /** `clock.recent`, or `clock.now` where there is none: for hits. */
  readonly recent: () => number;
  readonly random: Random;
  readonly events: EventStream;
  readonly scopes: Scopes;
  readonly fence: Fence;
  readonly flights: SingleFlight;
  readonly leases: LeaseProvider;
  readonly streams: StreamLimits;
  /** What other processes change. */
  readonly feed: ChangeFeed;
  readonly wakeUp: WakeUp;
  readonly filler: Filler;
  readonly resolver: OptionsResolver;
  /** Milliseconds one call may wait for the backend in all. */
  readonly commandTimeout: number;
  /** Ttl in milliseconds by `operationName`. */
  readonly operations: ReadonlyMap<string, number>;
  readonly keyGenerator: KeyGenerator | undefined;
  /** How keys stand in what is logged, and in the messages of errors. */
  readonly discretion: Discretion;
  /** Defaults for routes. */
  readonly http: CacheResponseOptions | undefined;
}
