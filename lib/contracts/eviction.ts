/**
 * Which entry goes when room is needed. It is told what the cache holds, and names the next to go; what to do then, and when,
 * is the cache's business. Ids are opaque. Every call is synchronous and on the way of a read or a write: make it O(1).
 *
 * One that throws, or names what is not there, costs its choice and nothing else: the oldest entry goes, with an `error` event.
 */
export interface EvictionStrategy {
  /** Stored, with its estimated weight. An id that is known already has been replaced. Room was made for it before. */
  added(id: string, bytes: number): void;
  /** Read. */
  used(id: string): void;
  /** Gone: evicted, deleted, past its end, or about to be added anew. */
  removed(id: string): void;
  /** Everything is gone. */
  cleared(): void;
  /** Who goes next, of those that were added and not removed; `undefined`: nobody is known. Asked again, the same answer. */
  victim(): string | undefined;
}

/**
 * `lru`: the least recently used goes first. `lfu`: the least frequently used; of those that are used as often, the least
 * recently used. `fifo`: the one that was stored first, however often it is read. A function makes a strategy of your own, one for
 * each store that asks.
 */
export type EvictionChoice = 'lru' | 'lfu' | 'fifo' | (() => EvictionStrategy);
