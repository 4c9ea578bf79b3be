import type { CacheBackend } from '../contracts/backend.js';
import type { Clock } from '../contracts/clock.js';
import type { StoreUsage } from '../contracts/entry-store.js';
import type { FleetCommands } from '../contracts/fleet.js';
import type { InvalidationBus } from '../contracts/invalidation-bus.js';
import type { ServerLink } from '../contracts/server-link.js';

/** A place for bytes; where several processes share it, with what keeps them in step. */
export interface SharedRoom {
  readonly backend: CacheBackend;
  readonly fleet?: FleetCommands;
  readonly bus?: InvalidationBus;
  readonly link?: ServerLink;
  /** How much the place holds, where that can be told at once. */
  readonly usage?: () => StoreUsage;
  /** What those should know who started the process. */
  readonly notices?: readonly string[];
  /** What connections are timed by. Default: the clock of the entries. */
  readonly clock?: Clock;
}
