import type { EntryStore, Stored, StoreItem } from '../../contracts/entry-store.js';
import type { Aside } from './aside.js';
import type { Guard } from './guard.js';
import type { Withdrawals } from './withdrawals.js';

/** Values on their way in: to the store, or into the fallback. */
export class Fills {
  constructor(
    private readonly primary: EntryStore,
    private readonly guard: Guard,
    private readonly aside: Aside,
    private readonly withdrawals: Withdrawals,
  ) {}

  async store(items: readonly StoreItem[]): Promise<Stored[]> {
    const { guard } = this;
    if (guard.isOpening) await guard.opened;
    return guard.isUp ? this.there(items) : this.here(items);
  }

  /** But for what was begun in the fallback: nobody was told of what was changed elsewhere meanwhile. */
  private async there(items: readonly StoreItem[]): Promise<Stored[]> {
    const isOld = items.map(({ stamp }) => this.aside.owns(stamp));
    const fresh = items.filter((_, index) => !isOld[index]);
    const stored = fresh.length === 0 ? [] : [...(await this.guard.watched(this.primary.setMany(fresh)))];
    return isOld.map((old) => (old ? false : stored.shift()!));
  }

  /** A value put in by hand makes out of date what the store holds under its key; what a loader brought does not. */
  private async here(items: readonly StoreItem[]): Promise<Stored[]> {
    const stored = items.map(({ address, draft, stamp }) => this.aside.set(address, draft, stamp));
    const put = items.filter(({ lease }) => lease === undefined || lease.isSeized).map(({ address }) => address);
    if (put.length > 0) await this.withdrawals.displace(put);
    return stored.map((kept) => kept && 'aside');
  }
}
