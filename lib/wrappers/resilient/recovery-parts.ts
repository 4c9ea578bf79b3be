import type { Clock, Random } from '../../contracts/clock.js';
import type { ServerLink } from '../../contracts/server-link.js';

/**
 * `opening`: nobody knows yet whether it is there. `up`: it serves. `away`: it is not asked. `settling`: it is there and is told
 * of invalidations, and not read yet.
 */
export type Stage = 'opening' | 'up' | 'away' | 'settling';

/**
 * Whether the server is the one that was known; of another one nothing that was stored before counts any more. `full`: it is
 * there, takes values away, and takes none in.
 */
export type Verdict = 'same' | 'changed' | 'full';

export interface RecoveryParts {
  /** Of the network, not of the entries. */
  readonly clock: Clock;
  readonly random: Random;
  /** How long the first attempt may keep the first calls waiting, in milliseconds. */
  readonly timeout: number;
  readonly link: ServerLink | undefined;
  /** How long other processes may take longer than this one to come back, in milliseconds. */
  readonly grace: number;
  /** Before the first attempt: what an earlier process left over. */
  readonly prepare: () => Promise<void>;
  /** Whether it answers, takes writes, and who it is. */
  readonly verify: () => Promise<Verdict>;
  /** Catches up on what was queued, until nothing is. */
  readonly replay: () => Promise<void>;
  /** Called in the synchronous moment in which it is given up, and taken up again. */
  readonly onAway: () => void;
  readonly onUp: (after: 'start' | 'slow start' | 'outage') => void;
  /** Called once an outage, with its first error. */
  readonly onOutage: (error: unknown) => void;
}
