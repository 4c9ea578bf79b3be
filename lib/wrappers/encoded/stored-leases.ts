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

/** How many leases are remembered that could not be given back. One that is not costs the next to load its life. */
const MOST_LEFT = 10_000;

/** Leases that stand in the shared backend, each in a sidecar of its value. */
export class StoredLeases implements LeaseProvider {
  readonly shared = true;
  readonly ttl: number;
  readonly waitTimeout: number;
  /** Those that may stand on the server, and that nobody needs, by their tokens. */
  private readonly left = new Map<string, SharedKey>();

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
        const answers = await asked.catch(() => undefined);
        // A connection that broke may have taken the word of a grant along.
        const granted = requests.filter((_, index) => !answers || answers[index] === 'granted');
        if (answers) await Promise.all(granted.map((request) => this.release(request, request.token)));
        else for (const request of granted) this.keepLeft(request, request.token);
      };
      void giveBack();
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
      seized.then(
        () => lease.release(),
        () => this.keepLeft(key, token),
      );
      throw error;
    }
    return lease;
  }

  /**
   * To be called when the server is there again: what could not be given back would keep the next to load these keys waiting
   * for a whole lease, although nobody loads them.
   */
  async giveBackLeft(): Promise<void> {
    const left = [...this.left];
    this.left.clear();
    await Promise.all(left.map(([token, key]) => this.release(key, token)));
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
      release: () => this.release(key, token),
    };
  }

  /** One that cannot be given back now is later, or runs out by itself. */
  private async release(key: SharedKey, token: string): Promise<void> {
    const { calls } = this.parts;
    await calls.limited('lease', () => calls.fleet!.release(key, token)).catch(() => this.keepLeft(key, token));
  }

  private keepLeft({ value, lease }: SharedKey, token: string): void {
    if (this.left.size < MOST_LEFT) this.left.set(token, { value, lease });
  }

  private keyOf({ scope, key }: Address): SharedKey {
    const value = this.parts.names.keyOf(scope, 'v', key);
    return { value, lease: siblingKey(value, 'l') };
  }
}
