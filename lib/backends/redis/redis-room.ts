import type { Clock, Random } from '../../contracts/clock.js';
import type { FleetCommands } from '../../contracts/fleet.js';
import type { InvalidationBus } from '../../contracts/invalidation-bus.js';
import type { Coherence } from '../../contracts/options.js';
import type { ServerLink } from '../../contracts/server-link.js';
import type { RedisBackend } from './redis.backend.js';

export interface RoomOptions {
  readonly coherence: Coherence;
  /** What every key of this cache begins with; who shares it hears of each other. */
  readonly rootPath: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly onError: (operation: string, error: unknown) => void;
}

/** Everything of one cache that stands on Redis. `backend` and `bus` each close what they have opened. */
export interface RedisRoom {
  readonly backend: RedisBackend;
  readonly fleet: FleetCommands;
  readonly bus: InvalidationBus;
  readonly link: ServerLink;
  /** What connections and pings are timed by. */
  readonly clock: Clock;
}
