import type { Clock } from '../../lib/contracts/clock.js';
import type { BusMessage } from '../../lib/contracts/invalidation-bus.js';
import type { FleetBus } from './fleet-bus.js';

/** A fault planted in the server, to see that a test notices. */
export type FleetFault =
  /** Fills are stored without a look at the lease. */
  | 'fence'
  /** What a client has written itself it does not track, though the command should have read it again. */
  | 'reread'
  /** No message arrives. */
  | 'push';

interface Stored {
  readonly bytes: Uint8Array;
  readonly expiresAt: number;
}

/** What stands on the server, and who is to be told of a change. */
export class FleetKeyspace {
  readonly #entries = new Map<string, Stored>();
  readonly #buses: FleetBus[] = [];

  constructor(
    private readonly clock: Clock,
    readonly fault: FleetFault | undefined,
  ) {}

  view(bus: FleetBus): FleetView {
    this.#buses.push(bus);
    return new FleetView(this, bus);
  }

  /** A look without any effect: nothing is tracked, and what has expired stays untold. */
  look(key: string): Stored | undefined {
    const stored = this.#entries.get(key);
    return stored && stored.expiresAt > this.clock.now() ? stored : undefined;
  }

  /** Of what has not expired, sorted. Without effect too. */
  keys(prefix: string): string[] {
    return [...this.#entries.keys()].filter((key) => key.startsWith(prefix) && this.look(key)).toSorted();
  }

  /** Drops the key if it has expired, and tells all who track it, but the finder: it is about to see for itself. */
  expire(key: string, finder: FleetBus | undefined): void {
    if (!this.#entries.has(key) || this.look(key)) return;
    this.#entries.delete(key);
    this.#changed(key, finder);
  }

  expireAll(finder: FleetBus | undefined): void {
    for (const key of [...this.#entries.keys()]) this.expire(key, finder);
  }

  /** @param expiresAt `Infinity`: never. */
  write(key: string, bytes: Uint8Array, expiresAt: number, writer: FleetBus): void {
    this.#entries.set(key, { bytes: Uint8Array.from(bytes), expiresAt });
    this.#changed(key, writer);
  }

  remove(key: string, writer: FleetBus): boolean {
    this.expire(key, writer);
    const existed = this.#entries.delete(key);
    if (existed) this.#changed(key, writer);
    return existed;
  }

  /** When something ends that begins to live now. Redis knows no fractions, and takes 0 for an error. */
  end(ttlMs: number | undefined): number {
    return this.clock.now() + Math.max(1, Math.ceil(ttlMs ?? Infinity));
  }

  /** To every client that listens to a channel, but the one that tells. */
  publish(message: BusMessage, teller: FleetBus): void {
    for (const bus of this.#buses) if (bus.mode === 'pubsub' && bus !== teller) bus.push(message);
  }

  /** To the clients that attend the lease, but the one that ended it. */
  wake(lease: string, teller: FleetBus): void {
    for (const bus of this.#buses) if (bus.attends(lease) && bus !== teller) bus.push({ kind: 'keys', keys: [lease] });
  }

  /** To the clients that track the key; its writer stops tracking it as well, and is not told. */
  #changed(key: string, writer: FleetBus | undefined): void {
    for (const bus of this.#buses) if (bus.untrack(key) && bus !== writer) bus.push({ kind: 'keys', keys: [key] });
  }
}

/** The keyspace as the commands of one client see it. Every method is a part of a command, so nothing comes between. */
export class FleetView {
  constructor(
    private readonly space: FleetKeyspace,
    private readonly bus: FleetBus,
  ) {}

  get fault(): FleetFault | undefined {
    return this.space.fault;
  }

  /** What stands there. The client tracks the key from now on, whether something does or not. */
  read(key: string): Uint8Array | undefined {
    const stored = this.peek(key);
    this.bus.track(key);
    return stored?.bytes.slice();
  }

  /** Tracks a key again that this very command has written. */
  reread(key: string): void {
    if (this.fault !== 'reread') this.bus.track(key);
  }

  /** What stands there, untracked. */
  peek(key: string): Stored | undefined {
    this.space.expire(key, this.bus);
    return this.space.look(key);
  }

  write(key: string, bytes: Uint8Array, ttlMs: number | undefined): void {
    this.space.write(key, bytes, this.space.end(ttlMs), this.bus);
  }

  /** Another expiry for what stands there: a write as any. */
  prolong(key: string, ttlMs: number): void {
    const stored = this.peek(key);
    if (stored) this.space.write(key, stored.bytes, this.space.end(ttlMs), this.bus);
  }

  /** Lengthens the life of what stands there; one that is long enough stays, and nothing is written. */
  lengthen(key: string, ttlMs: number): void {
    const stored = this.peek(key);
    if (stored && stored.expiresAt < this.space.end(ttlMs)) this.prolong(key, ttlMs);
  }

  /** Whether it existed; if not, nothing is written. */
  remove(key: string): boolean {
    return this.space.remove(key, this.bus);
  }

  /** Reads the key, and overwrites its bytes if it begins as expected. Whether it did. */
  overwrite(key: string, offset: number, bytes: Uint8Array, expected: Uint8Array): boolean {
    const before = this.read(key);
    if (!before || !same(before.subarray(0, expected.length), expected)) return false;
    const after = new Uint8Array(Math.max(before.length, offset + bytes.length));
    after.set(before);
    after.set(bytes, offset);
    this.space.write(key, after, this.peek(key)!.expiresAt, this.bus);
    return true;
  }

  keys(prefix: string): string[] {
    this.space.expireAll(this.bus);
    return this.space.keys(prefix);
  }

  publish(message: BusMessage): void {
    this.space.publish(message, this.bus);
  }

  wake(lease: string): void {
    this.space.wake(lease, this.bus);
  }
}

export function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => b[index] === byte);
}
