import type { BusListener, BusMessage, InvalidationBus } from '../../lib/contracts/invalidation-bus.js';
import { CacheBackendError } from '../../lib/support/errors.js';
import { deferred, type Deferred } from './deferred.js';

export interface PushHold {
  /** How many messages are held at present. */
  readonly count: number;
  /** Delivers them, before it returns. */
  release(): void;
}

/** What is on its way to a client, in order. */
type Delivery = { readonly message: BusMessage } | { readonly barrier: Deferred<void> };

/** One client's ear, and what the server remembers of it: the keys it tracks, the leases it attends. */
export class FleetBus implements InvalidationBus {
  readonly #tracked = new Set<string>();
  /** How often each lease is attended. */
  readonly #attended = new Map<string, number>();
  /** Attended while the channel was not there. */
  #unconfirmed = new Set<string>();
  readonly #listeners = new Set<BusListener>();
  readonly #holds = new Set<PushHold>();
  #queue: Delivery[] = [];
  #connected = true;

  /** @param deaf Every message is lost on its way. */
  constructor(
    readonly mode: 'tracking' | 'pubsub',
    private readonly deaf: boolean,
  ) {}

  get connected(): boolean {
    return this.#connected;
  }

  listen(listener: BusListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Nothing with tracking: whoever asked for a lease and did not get it tracks it. */
  attend(leaseKey: string): () => void {
    if (this.mode === 'tracking') return () => {};
    this.#attended.set(leaseKey, (this.#attended.get(leaseKey) ?? 0) + 1);
    if (this.#connected) this.push({ kind: 'keys', keys: [leaseKey] });
    else this.#unconfirmed.add(leaseKey);
    let attending = true;
    return () => {
      if (!attending) return;
      attending = false;
      const left = this.#attended.get(leaseKey)! - 1;
      if (left > 0) this.#attended.set(leaseKey, left);
      else this.#attended.delete(leaseKey);
    };
  }

  async barrier(): Promise<void> {
    if (!this.#connected) throw new CacheBackendError('The channel is not there.');
    const barrier = deferred<void>();
    this.#enqueue({ barrier });
    await barrier.promise;
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    this.#disconnect();
  }

  /** The channel breaks: what is on its way is lost, and what the server remembered of it is forgotten. */
  drop(): void {
    if (!this.#connected) return;
    this.#disconnect();
    for (const listener of [...this.#listeners]) listener.lost();
  }

  /** The channel is there again, and attends what it attended before. */
  restore(): void {
    if (this.#connected) return;
    this.#connected = true;
    for (const listener of [...this.#listeners]) listener.back();
    const unconfirmed = [...this.#unconfirmed].filter((leaseKey) => this.#attended.has(leaseKey));
    this.#unconfirmed.clear();
    for (const leaseKey of unconfirmed) this.push({ kind: 'keys', keys: [leaseKey] });
  }

  hold(): PushHold {
    const messages = (): number => this.#queue.filter((delivery) => 'message' in delivery).length;
    const hold: PushHold = {
      get count() {
        return messages();
      },
      release: () => {
        this.#holds.delete(hold);
        this.#deliver();
      },
    };
    this.#holds.add(hold);
    return hold;
  }

  /** The server's side: this client has read the key. */
  track(key: string): void {
    if (this.mode === 'tracking' && this.#connected) this.#tracked.add(key);
  }

  /** The server's side: the key is another. Whether it was tracked. */
  untrack(key: string): boolean {
    return this.#tracked.delete(key);
  }

  /** The server's side. */
  attends(leaseKey: string): boolean {
    return this.#attended.has(leaseKey);
  }

  /** The server's side: sends a message on its way. */
  push(message: BusMessage): void {
    if (!this.deaf && this.#connected) this.#enqueue({ message });
  }

  #enqueue(delivery: Delivery): void {
    this.#queue.push(delivery);
    queueMicrotask(() => this.#deliver());
  }

  #deliver(): void {
    while (this.#holds.size === 0) {
      const next = this.#queue.shift();
      if (!next) return;
      if ('barrier' in next) next.barrier.resolve();
      else for (const listener of [...this.#listeners]) listener.heard(next.message);
    }
  }

  #disconnect(): void {
    this.#connected = false;
    this.#tracked.clear();
    for (const delivery of this.#queue.splice(0)) {
      if ('barrier' in delivery) delivery.barrier.reject(new CacheBackendError('The channel broke.'));
    }
  }
}
