import type { Change, ChangeFeed } from '../../contracts/change-feed.js';
import type { EntryStore, Lookup, Stamp, Stored, StoreItem, StoreUsage } from '../../contracts/entry-store.js';
import type { Entry, EntryDraft, NearEntry, ValueIsolation } from '../../contracts/entry.js';
import type { Lease, LeaseProvider } from '../../contracts/lease.js';
import type { Address, Scope } from '../../contracts/scope.js';
import type { SecurityCheck } from '../../contracts/security.js';
import { Markers, type Marker } from '../coherence/markers.js';
import { admit, AdmittedLookup } from './admitted-entry.js';

/** The first tier: entries of this process. Nothing of it waits: between a look and what follows nothing can come. */
export interface NearStore {
  readonly peek: (id: string, quiet?: boolean) => NearEntry | undefined;
  stamp(scope: Scope, tags: readonly string[]): Stamp;
  set(address: Address, draft: EntryDraft, stamp: Stamp): boolean;
  delete(address: Pick<Address, 'id'>): boolean;
  invalidateTags(scope: Scope, tags: readonly string[]): void;
  invalidate(scope: Scope, pattern: string): number;
  clear(scope: Scope): void;
  usage(scope?: Scope): StoreUsage;
  /** All scopes. */
  empty(): void;
  close(): void;
}
/** The second tier: where the entries belong, shared with other processes. */
export type FarStore = EntryStore & Required<Pick<EntryStore, 'leases' | 'feed' | 'vouches'>>;

/**
 * L1 in the process, L2 shared. L2 has the say in everything; L1 is a copy of what was read or written there, kept while
 * this process hears of every change of it, and not looked at while it does not.
 *
 * An entry comes into L1 only if, in the synchronous moment in which it does, nothing has touched its key since before it
 * was read or sent, and every version it is held against is known to stand. From then on the feed takes it away.
 */
export class TieredStore implements EntryStore {
  readonly name = 'tiered';
  readonly tier = 'l2' as const;
  readonly leases: LeaseProvider;
  readonly feed: ChangeFeed;
  readonly gathers?: NonNullable<EntryStore['gathers']>;
  readonly checkSecurity?: SecurityCheck['checkSecurity'];
  private readonly markers = new Markers();
  /** A look into L1 while every change is heard. */
  private readonly glance: NearStore['peek'];

  constructor(
    private readonly near: NearStore,
    private readonly far: FarStore,
    private readonly isolation: ValueIsolation,
    /** Which keys L1 may hold; `undefined`: all. */
    private readonly mayKeep?: (key: string) => unknown,
  ) {
    this.leases = far.leases;
    this.feed = far.feed;
    if (far.gathers) this.gathers = far.gathers;
    // What is in the process nobody else comes near.
    if (far.checkSecurity) this.checkSecurity = () => far.checkSecurity!();
    this.glance = far.feed.catchUp ? (id, quiet) => this.peekUpToDate(id, quiet) : near.peek;
    if (far.feed.connected) this.peek = this.glance;
    far.feed.subscribe((change) => this.apply(change));
  }

  /** L1's own while every change is heard: nothing stands between a hit and the process's memory. */
  peek: NearStore['peek'] = nothing;

  /** L2's answer, kept in L1. Whoever looks has peeked before. */
  async look(address: Address, tags: readonly string[]): Promise<Lookup> {
    return (await this.lookMany([address], tags))[0]!;
  }

  async lookMany(addresses: readonly Address[], tags: readonly string[], callers?: number): Promise<Lookup[]> {
    const markers = addresses.map(({ id }) => this.markers.place(id));
    try {
      const lookups = await this.far.lookMany(addresses, tags, callers);
      return lookups.map((lookup, index) => this.keepFound(addresses[index]!, lookup, markers[index]!));
    } finally {
      for (const marker of markers) this.markers.lift(marker);
    }
  }

  stamp(scope: Scope, tags: readonly string[], lookup?: Lookup): ReturnType<EntryStore['stamp']> {
    return this.far.stamp(scope, tags, lookup);
  }

  widen(scope: Scope, stamp: Stamp, tags: readonly string[]): ReturnType<EntryStore['widen']> {
    return this.far.widen(scope, stamp, tags);
  }

  async set(address: Address, draft: EntryDraft, stamp: Stamp, lease?: Lease): Promise<Stored> {
    return (await this.setMany([{ address, draft, stamp, lease }]))[0]!;
  }

  async setMany(items: readonly StoreItem[]): Promise<Stored[]> {
    // What is put by hand takes the place of everything that is on its way.
    for (const { address, lease } of items) if (lease === undefined) this.markers.fell(address.id);
    const markers = items.map(({ address }) => this.markers.place(address.id));
    try {
      const stored = await this.far.setMany(items);
      items.forEach((item, index) => {
        const marker = markers[index]!;
        const { address, draft, stamp } = item;
        // What was read before this was stored.
        this.markers.fell(address.id, marker);
        if (!stored[index]) this.near.delete(address);
        else if (!this.keep(address, draft, stamp, marker)) this.near.delete(address);
      });
      return stored;
    } catch (error) {
      // Nobody knows what became of them.
      for (const { address } of items) this.forget(address);
      throw error;
    } finally {
      for (const marker of markers) this.markers.lift(marker);
    }
  }

  async delete(address: Address): Promise<boolean> {
    return this.around(
      () => this.forget(address),
      () => this.far.delete(address),
    );
  }

  async deleteMany(addresses: readonly Address[]): Promise<number> {
    return this.around(
      () => addresses.forEach((address) => this.forget(address)),
      () => this.far.deleteMany(addresses),
    );
  }

  async expire(address: Address, now: number): Promise<boolean> {
    return this.around(
      () => this.forget(address),
      () => this.far.expire(address, now),
    );
  }

  async invalidateTags(scope: Scope, tags: readonly string[]): Promise<void> {
    return this.around(
      () => this.near.invalidateTags(scope, tags),
      () => this.far.invalidateTags(scope, tags),
    );
  }

  async invalidate(scope: Scope, pattern: string): Promise<number> {
    return this.around(
      () => {
        this.markers.fellAll();
        this.near.invalidate(scope, pattern);
      },
      () => this.far.invalidate(scope, pattern),
    );
  }

  async clear(scope: Scope): Promise<void> {
    return this.around(
      () => {
        this.markers.fellAll();
        this.near.clear(scope);
      },
      () => this.far.clear(scope),
    );
  }

  keys(scope: Scope, pattern: string | undefined): AsyncIterable<string> {
    return this.far.keys(scope, pattern);
  }

  /** Of L1: what L2 holds, only the server knows. */
  usage(scope?: Scope): StoreUsage {
    const { compression } = this.far.usage();
    const near = this.near.usage(scope);
    return compression === undefined ? near : { ...near, compression };
  }

  ping(): ReturnType<EntryStore['ping']> {
    return this.far.ping();
  }

  async close(): Promise<void> {
    this.near.close();
    await this.far.close();
  }

  /**
   * Takes it out of L1 when the invalidation is sent, and once more when it is through. The interleaving that the second
   * time prevents:
   *
   *     delete(k) is sent         -> L1 is emptied of k
   *     a read of k was sent before on another connection, and is answered before: it comes into L1
   *     delete(k) resolves        -> nobody tells a process of its own changes
   */
  private async around<T>(take: () => void, work: () => T | Promise<T>): Promise<T> {
    take();
    try {
      return await work();
    } finally {
      take();
    }
  }

  /**
   * Where changes are there to be looked at, no hit comes before the look: what another process invalidated before this call
   * began is not served, however busy this process was since.
   */
  private peekUpToDate(id: string, quiet: boolean | undefined): NearEntry | undefined {
    this.feed.catchUp!();
    return this.feed.connected ? this.near.peek(id, quiet) : undefined;
  }

  private apply(change: Change): void {
    switch (change.kind) {
      case 'value':
        return this.forget({ id: change.id });
      case 'tag':
        return this.near.invalidateTags(change.scope, [change.tag]);
      case 'scope':
        return this.near.clear(change.scope);
      case 'pattern':
        this.markers.fellAll();
        return void this.near.invalidate(change.scope, change.pattern);
      case 'everything':
        this.markers.fellAll();
        this.near.empty();
        if (this.feed.connected) this.peek = this.glance;
        return;
      case 'lost':
        this.peek = nothing;
        return;
      case 'lease':
      case 'anyTag':
        // Neither says anything of what is stored.
        return;
    }
  }

  private forget({ id }: Pick<Address, 'id'>): void {
    this.markers.fell(id);
    this.near.delete({ id });
  }

  /** The same lookup, with an entry that gives out the copy that is kept. */
  private keepFound(address: Address, lookup: Lookup, marker: Marker): Lookup {
    const { entry } = lookup;
    if (!entry || !this.admits(address, entry, marker)) return lookup;
    const admitted = admit(entry, this.isolation);
    if (!admitted) return lookup;
    const stamp = this.near.stamp(address.scope, entry.tags);
    this.near.set(address, admitted.draft, stamp);
    return new AdmittedLookup(lookup, admitted.entry);
  }

  private keep(address: Address, draft: EntryDraft, held: Stamp, marker: Marker): boolean {
    if (!this.admits(address, held, marker)) return false;
    return this.near.set(address, draft, this.near.stamp(address.scope, draft.tags));
  }

  /** Whether L1 may hold what `held` stands for, in this very moment. */
  private admits({ scope, key }: Address, held: Entry | Stamp, marker: Marker): boolean {
    if (!marker.stands || !this.feed.connected || !this.far.vouches(scope, held)) return false;
    if (this.mayKeep === undefined) return true;
    try {
      return Boolean(this.mayKeep(key));
    } catch {
      // The application's own; no read or write of the cache fails for its sake.
      return false;
    }
  }
}

function nothing(): undefined {}
