import type { EntryState, Tier } from '../contracts/entry.js';

/** The running totals of one scope. Plain numbers: counting costs an addition, nothing more. */
export class Counters {
  hitsL1 = 0;
  hitsL2 = 0;
  staleHits = 0;
  misses = 0;
  loads = 0;
  loadErrors = 0;
  loadTime = 0;
  sets = 0;
  deletes = 0;
  evictions = 0;
  errors = 0;

  hit(tier: Tier, state: EntryState): void {
    if (tier === 'l1') this.hitsL1++;
    else this.hitsL2++;
    if (state !== 'fresh') this.staleHits++;
  }

  add(other: Counters): void {
    this.hitsL1 += other.hitsL1;
    this.hitsL2 += other.hitsL2;
    this.staleHits += other.staleHits;
    this.misses += other.misses;
    this.loads += other.loads;
    this.loadErrors += other.loadErrors;
    this.loadTime += other.loadTime;
    this.sets += other.sets;
    this.deletes += other.deletes;
    this.evictions += other.evictions;
    this.errors += other.errors;
  }
}
