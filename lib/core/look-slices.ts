import type { Lookup } from '../contracts/entry-store.js';

/** How many looks travel as one at the most: more gain nothing, and the answer comes as a whole. */
const MOST = 64;
/** Fewer are not worth a command of their own, where values are small. */
const LEAST = 16;
/**
 * How many questions are better on their way than one: while the answer to the first is read, the server is at the second, and
 * neither falls asleep. Waking up costs as much as twenty keys.
 */
const UNDER_WAY = 3;
/**
 * How many bytes an answer should bring, going by those of late. Large values gain nothing from travelling together, and
 * where the line is slow none of them would come in the time of one command, where some would by themselves.
 */
const MAX_BYTES = 256 * 1024;
/** How much the newest answer says of the next one. */
const NEWEST = 1 / 4;

/** In how many questions looks are best asked. Learns from what they bring. */
export class LookSlices {
  /** How many bytes a look has brought of late. Of a store that was not asked yet nobody knows: a few at a time then. */
  private usual = MAX_BYTES / 8;

  /** @param most How many there may be, whatever they bring. */
  of<T>(looks: readonly T[], most = Infinity): (readonly T[])[] {
    const best = Math.min(this.room, Math.max(LEAST, Math.ceil(looks.length / UNDER_WAY)));
    const size = Math.max(best, Math.ceil(looks.length / most));
    if (looks.length <= size) return [looks];
    return Array.from({ length: Math.ceil(looks.length / size) }, (_, nth) =>
      looks.slice(nth * size, (nth + 1) * size),
    );
  }

  learn(lookups: readonly Lookup[]): void {
    let bytes = 0;
    for (const { size } of lookups) bytes += size ?? 0;
    this.usual += (bytes / lookups.length - this.usual) * NEWEST;
  }

  /** So many were perhaps too much at once: half as many next time. */
  tooMany(count: number): void {
    this.usual = Math.max(this.usual, (2 * MAX_BYTES) / count);
  }

  private get room(): number {
    return this.usual * MOST <= MAX_BYTES ? MOST : Math.max(1, Math.floor(MAX_BYTES / this.usual));
  }
}
