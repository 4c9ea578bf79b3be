import type { EvictionStrategy } from '../../contracts/eviction.js';
import { Chain, type Link } from './chain.js';

/**
 * How many uses count. More would only keep what was popular once for longer: four bits a counter are enough to tell the
 * popular from the others (TinyLFU, Einziger, Friedman and Manes, ACM Transactions on Storage 2017, section 3.4.1).
 */
const MOST = 15;

class Ranked implements Link<Ranked> {
  older: Ranked | undefined = undefined;
  newer: Ranked | undefined = undefined;

  constructor(
    readonly id: string,
    public rank: Rank,
  ) {}
}

/** All that are used as often, the least recently used first. */
class Rank implements Link<Rank> {
  older: Rank | undefined = undefined;
  newer: Rank | undefined = undefined;
  readonly members = new Chain<Ranked>();

  constructor(readonly height: number) {}
}

/**
 * The least frequently used goes first; of those that are used as often, the least recently used. In O(1), by lists of equal
 * frequency ("An O(1) algorithm for implementing the LFU cache eviction scheme", Shah, Mitra and Matani 2010).
 *
 * It ages: whenever as many have been evicted as there are, each has one use less. So an entry that is read once in that time
 * holds its rank, and the most popular one that nobody reads any more is gone after 15 times as many. Nothing is counted down
 * for that: the floor rises from which new entries start, and a rank is what stands above it.
 */
export class LfuEviction implements EvictionStrategy {
  private readonly byId = new Map<string, Ranked>();
  private lowest: Rank | undefined;
  private floor = 0;
  private evicted = 0;
  private named: string | undefined;
  /** What was removed last: added again at once, it was replaced, and is as popular as before. */
  private last: { readonly id: string; readonly height: number } | undefined;

  added(id: string): void {
    this.drop(id);
    const height = this.last?.id === id ? this.last.height : 0;
    const entry = new Ranked(id, this.rankAt(Math.max(height, this.floor + 1), undefined));
    entry.rank.members.add(entry);
    this.byId.set(id, entry);
  }

  used(id: string): void {
    const entry = this.byId.get(id);
    if (entry === undefined) return;
    const { rank } = entry;
    const height = Math.min(Math.max(rank.height, this.floor) + 1, this.floor + MOST);
    const next = this.rankAt(height, rank);
    rank.members.take(entry);
    next.members.add(entry);
    entry.rank = next;
    this.tidy(rank);
  }

  removed(id: string): void {
    if (!this.drop(id) || id !== this.named) return;
    this.named = undefined;
    if (++this.evicted < this.byId.size) return;
    this.evicted = 0;
    this.floor++;
  }

  cleared(): void {
    this.byId.clear();
    this.lowest = undefined;
    this.named = undefined;
    this.last = undefined;
    this.floor = 0;
    this.evicted = 0;
  }

  victim(): string | undefined {
    this.named = this.lowest?.members.oldest?.id;
    return this.named;
  }

  private drop(id: string): boolean {
    const entry = this.byId.get(id);
    if (entry === undefined) return false;
    const { rank } = entry;
    this.byId.delete(id);
    this.last = { id, height: rank.height };
    rank.members.take(entry);
    this.tidy(rank);
    return true;
  }

  /** The rank of that height, made if need be. Few stand between: below the floor are only those that go next. */
  private rankAt(height: number, from: Rank | undefined): Rank {
    let below = from;
    let above = from ? from.newer : this.lowest;
    if (from?.height === height) return from;
    while (above && above.height <= height) {
      below = above;
      above = above.newer;
    }
    if (below?.height === height) return below;
    const rank = new Rank(height);
    rank.older = below;
    rank.newer = above;
    if (below) below.newer = rank;
    else this.lowest = rank;
    if (above) above.older = rank;
    return rank;
  }

  private tidy(rank: Rank): void {
    if (rank.members.oldest) return;
    const { older, newer } = rank;
    if (older) older.newer = newer;
    else this.lowest = newer;
    if (newer) newer.older = older;
  }
}
