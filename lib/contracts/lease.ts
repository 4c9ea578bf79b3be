import type { Address } from './scope.js';
import type { MaybePromise } from './entry-store.js';

/** The right to load one key for the whole fleet: an owner token with an expiry. */
export interface Lease {
  /** Random, so that a lease taken over is never mistaken for one's own. */
  readonly token: string;
  /** Lengthens the lease while the loader runs. `false`: it is lost, and the fill will be refused. */
  extend(): Promise<boolean>;
  /** Gives it back early, so that nobody waits for a load that failed. Never throws. */
  release(): Promise<void>;
}

/** Hands out leases. Whoever gets none waits for the owner's value, and looks again. */
export interface LeaseProvider {
  /**
   * A lease, or `undefined` when somebody else holds it and either filled the key meanwhile or is still at it when
   * the wait is over.
   */
  acquire(address: Address, waitMs: number): MaybePromise<Lease | undefined>;
}

/** One process alone: every load is granted at once, because `SingleFlight` already made it the only one. */
export const nullLeases: LeaseProvider = {
  acquire: () => nullLease,
};

const nullLease: Lease = {
  token: '',
  extend: async () => true,
  release: async () => {},
};
