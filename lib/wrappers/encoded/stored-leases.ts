import type { Random } from '../../contracts/clock.js';
import type { SharedKey } from '../../contracts/fleet.js';
import type { InvalidationBus } from '../../contracts/invalidation-bus.js';
import type { Lease, LeaseOutcome, LeaseProvider } from '../../contracts/lease.js';
import type { Address } from '../../contracts/scope.js';
import { siblingKey } from '../../support/wire-key.js';
import type { WireNames } from '../coherence/wire-names.js';
import type { BackendCalls } from './backend-calls.js';

export interface LeaseParts {
  readonly calls: BackendCalls;
  readonly random: Random;
  readonly names: WireNames;
  readonly bus: InvalidationBus;
  /** Milliseconds. */
  readonly ttl: number;
  /** Milliseconds. */
  readonly waitTimeout: number;
}

const NOTHING = new Uint8Array(0);

/** Leases that stand in the shared backend, each in a sidecar of its value. */
export class StoredLeases implements LeaseProvider {
  readonly shared = true;
  readonly ttl: number;
  readonly waitTimeout: number;

  constructor(private readonly parts: LeaseParts) {
    this.ttl = parts.ttl;
    this.waitTimeout = parts.waitTimeout;
  }

  async take(addresses: readonly Address[], seen: readonly (Uint8Array | undefined)[]): Promise<LeaseOutcome[]> {
    const { calls, random } = this.parts;
    const fleet = calls.fleet!;
    const requests = addresses.map((address, index) => ({
      ...this.keyOf(address),
      token: random.id(),
      seen: seen[index] ?? NOTHING,
    }));
    const asked = fleet.lease(requests, this.ttl);
    try {
      const answers = await calls.limited('lease', () => asked);
      return answers.map((answer, index) => {
        const request = requests[index]!;
        return answer === 'granted' ? this.leaseOf(request, request.token) : answer;
      });
    } catch (error) {
      // One that is granted to somebody who has ceased to wait would keep the others waiting for its whole life.
      const giveBack = async (): Promise<void> => {
        const answers = await asked;
        await Promise.all(
          requests
            .filter((_, index) => answers[index] === 'granted')
            .map((request) => fleet.release(request, request.token)),
        );
      };
      giveBack().catch(() => {});
      throw error;
    }
  }

  async seize(address: Address): Promise<Lease> {
    const { calls, random } = this.parts;
    const key = this.keyOf(address);
    const token = random.id();
    const lease: Lease = { ...this.leaseOf(key, token), isSeized: true };
    const seized = calls.seize(key, token, this.ttl);
    try {
      await calls.limited('lease', () => seized);
    } catch (error) {
      seized.then(() => lease.release()).catch(() => {});
      throw error;
    }
    return lease;
  }

  attend(address: Address): () => void {
    return this.parts.bus.attend(this.keyOf(address).lease);
  }

  private leaseOf(key: SharedKey, token: string): Lease {
    const { calls } = this.parts;
    const fleet = calls.fleet!;
    return {
      token,
      extend: () => calls.limited('lease', () => fleet.extend(key, token, this.ttl)),
      // One that cannot be given back runs out by itself.
      release: () => calls.limited('lease', () => fleet.release(key, token)).catch(() => {}),
    };
  }

  private keyOf({ scope, key }: Address): SharedKey {
    const value = this.parts.names.keyOf(scope, 'v', key);
    return { value, lease: siblingKey(value, 'l') };
  }
}
