import type { MaybePromise } from '../../contracts/maybe-promise.js';
import type { Lease, LeaseOutcome, LeaseProvider } from '../../contracts/lease.js';
import type { Address } from '../../contracts/scope.js';
import type { Guard } from './guard.js';

/** In an outage nobody is there to be waited for: each process loads for itself, once a key. */
const ASIDE: Lease = { token: '', extend: async () => true, release: async () => {} };
const SEIZED_ASIDE: Lease = { ...ASIDE, isSeized: true };

/** The server's leases while it is read. */
export class ResilientLeases implements LeaseProvider {
  readonly shared: boolean;
  readonly ttl: number;
  readonly waitTimeout: number;

  constructor(
    private readonly leases: LeaseProvider,
    private readonly guard: Guard,
  ) {
    this.shared = leases.shared;
    this.ttl = leases.ttl;
    this.waitTimeout = leases.waitTimeout;
  }

  take(addresses: readonly Address[], seen: readonly (Uint8Array | undefined)[]): MaybePromise<LeaseOutcome[]> {
    return this.either(
      () => this.leases.take(addresses, seen),
      () => addresses.map(() => ASIDE),
    );
  }

  seize(address: Address): MaybePromise<Lease> {
    return this.either(
      () => this.leases.seize(address),
      () => SEIZED_ASIDE,
    );
  }

  attend(address: Address): () => void {
    return this.leases.attend(address);
  }

  private either<T>(there: () => MaybePromise<T>, here: () => T): MaybePromise<T> {
    const { guard } = this;
    const asks = guard.asks();
    if (asks === true) return guard.watched(there());
    if (asks === false) return here();
    return asks.then((asked) => (asked ? guard.watched(there()) : here()));
  }
}
