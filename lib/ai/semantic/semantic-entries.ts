import type { Clock } from '../../contracts/clock.js';
import type { Kept } from '../../contracts/entry.js';
import type { Invalidable } from './semantic-fence.js';
import type { SemanticPlace } from './semantic-place.js';
import { SemanticPartition } from './semantic-partition.js';
import type { VectorIndex, VectorMatch } from './vector-index.js';

/** One stored answer. */
export interface SemanticEntry extends Invalidable {
  readonly id: number;
  readonly kept: Kept;
  /** Milliseconds of the clock; `Infinity`: never. */
  readonly expiresAt: number;
  /** Of two for the same text the one whose making began later stays. */
  readonly order: number;
}

/** An entry that is similar, as far as the index goes. */
export interface FoundEntry {
  readonly entry: SemanticEntry;
  readonly similarity: number;
}

/** All entries, bounded, with an index for each partition. What is here is served; an index only says where to look. */
export class SemanticEntries {
  /** The one that was used last comes last. */
  private readonly byId = new Map<number, SemanticEntry>();
  private readonly byPlace = new Map<string, SemanticEntry>();
  private readonly partitions = new Map<string, SemanticPartition>();
  private lastId = 0;

  constructor(
    private readonly clock: Clock,
    private readonly maxEntries: number,
    private readonly makeIndex: () => VectorIndex,
    /** Told of an index that does not forget. */
    private readonly onError: (error: unknown) => void,
  ) {}

  get size(): number {
    return this.byId.size;
  }

  /** The one of this very text. */
  at({ id }: SemanticPlace): SemanticEntry | undefined {
    return this.alive(this.byPlace.get(id));
  }

  /** Whether it is still here. */
  has({ id }: SemanticEntry): boolean {
    return this.alive(this.byId.get(id)) !== undefined;
  }

  /** Says that it was of use. */
  touch(entry: SemanticEntry): void {
    if (!this.byId.delete(entry.id)) return;
    this.byId.set(entry.id, entry);
  }

  /** The similar ones of the partition, the most similar first. Rejects as the index does. */
  async search(place: SemanticPlace, vector: Float32Array, limit: number, atLeast: number): Promise<FoundEntry[]> {
    const partition = this.partitions.get(place.partition);
    if (partition === undefined) return [];
    const found = this.known(await partition.search(vector, limit, atLeast));
    if (found !== undefined) return found;
    // Those that have expired stood in the way of others.
    this.sweep();
    return this.known(await partition.search(vector, limit, atLeast)) ?? [];
  }

  /**
   * Rejects as the index does; nothing is stored then. `mayStore` is asked in the moment in which it comes to stand here.
   * Whether it stands here.
   */
  async add(entry: Omit<SemanticEntry, 'id'>, vector: Float32Array, mayStore: () => boolean): Promise<boolean> {
    const id = ++this.lastId;
    const name = entry.place.partition;
    let partition = this.partitions.get(name);
    if (partition === undefined) {
      partition = new SemanticPartition(this.makeIndex(), this.onError);
      this.partitions.set(name, partition);
    }
    try {
      return await partition.add(id, vector, () => this.settle({ ...entry, id }, mayStore));
    } finally {
      this.dropIfEmpty(name);
    }
  }

  /** Whether it stands. */
  private settle(entry: SemanticEntry, mayStore: () => boolean): boolean {
    const { id } = entry.place;
    const before = this.byPlace.get(id);
    if (!mayStore() || (before !== undefined && before.order > entry.order)) return false;
    if (before !== undefined) this.remove(before);
    this.byId.set(entry.id, entry);
    this.byPlace.set(id, entry);
    for (const oldest of this.byId.values()) {
      if (this.byId.size <= this.maxEntries) break;
      this.remove(oldest);
    }
    return true;
  }

  /** How many went. */
  removeWhere(goes: (entry: SemanticEntry) => boolean): number {
    let count = 0;
    for (const entry of this.byId.values()) {
      if (!goes(entry)) continue;
      this.remove(entry);
      count++;
    }
    return count;
  }

  private remove(entry: SemanticEntry): void {
    if (!this.byId.delete(entry.id)) return;
    const { id, partition } = entry.place;
    if (this.byPlace.get(id) === entry) this.byPlace.delete(id);
    this.partitions.get(partition)?.remove(entry.id);
    this.dropIfEmpty(partition);
  }

  /** `undefined` when some of them have expired. */
  private known(matches: readonly VectorMatch[]): FoundEntry[] | undefined {
    const found: FoundEntry[] = [];
    const now = this.clock.now();
    for (const { id, similarity } of matches) {
      const entry = this.byId.get(id);
      if (entry === undefined) continue;
      if (now >= entry.expiresAt) return undefined;
      found.push({ entry, similarity });
    }
    return found;
  }

  private alive(entry: SemanticEntry | undefined): SemanticEntry | undefined {
    if (entry === undefined || this.clock.now() < entry.expiresAt) return entry;
    this.remove(entry);
    return undefined;
  }

  private sweep(): void {
    const now = this.clock.now();
    this.removeWhere(({ expiresAt }) => now >= expiresAt);
  }

  private dropIfEmpty(name: string): void {
    const partition = this.partitions.get(name);
    if (!partition?.isEmpty) return;
    this.partitions.delete(name);
    partition.close();
  }
}
