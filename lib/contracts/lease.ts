import type { MaybePromise } from './maybe-promise.js';
import type { Address } from './scope.js';

/** The right to load one key for the whole fleet: an owner token with an expiry. */
export interface Lease {
  /** Random, so that a lease taken over is never mistaken for one's own. Empty: there are no others to be told apart from. */
  readonly token: string;
  /** Taken from whoever held it: what is stored under it takes the place of what others may have. */
  readonly isSeized?: boolean;
  /** Lengthens the lease while the loader runs. `false`: it is lost, and the fill will be refused. */
  extend(): Promise<boolean>;
  /** Gives it back early, so that nobody waits for a load that failed. Never throws. */
  release(): Promise<void>;
}

/** `taken`: somebody else is loading. `changed`: the entry is not the one that was seen; look again. */
export type LeaseOutcome = Lease | 'taken' | 'changed';

/** Hands out leases. Whoever gets none waits for the owner's value, and looks again. */
export interface LeaseProvider {
  /** Whether other processes may load and invalidate the same keys. */
  readonly shared: boolean;
  /** Milliseconds a lease lives unless it is extended. */
  readonly ttl: number;
  /** Milliseconds to wait for another owner's value, at most. */
  readonly waitTimeout: number;
  /** Asks once for each of the keys, which are of one scope. `seen`: the witnesses of their look-ups, in the same order. */
  take(addresses: readonly Address[], seen: readonly (Uint8Array | undefined)[]): MaybePromise<LeaseOutcome[]>;
  /** Takes the lease from whoever holds it: for a value that is being made out of turn. */
  seize(address: Address): MaybePromise<Lease>;
  /** Sees to it that the end of the key's lease comes as a change, until the returned function is called. */
  attend(address: Address): () => void;
}

const nullLease: Lease = {
  token: '',
  extend: async () => true,
  release: async () => {},
};

/** One process alone: every load is granted at once, because `SingleFlight` already made it the only one. */
export const nullLeases: LeaseProvider = {
  shared: false,
  ttl: Infinity,
  waitTimeout: Infinity,
  take: (addresses) => addresses.map(() => nullLease),
  seize: () => nullLease,
  attend: () => () => {},
};
