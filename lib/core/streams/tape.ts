import type { Kept } from '../../contracts/entry.js';

/** One item of a live stream. */
export interface Slot {
  /** The source's own, for the one whose call opened it; for everybody, where it cannot be kept. */
  own: unknown;
  readonly kept: Kept | undefined;
}

/** How a live stream has ended. */
export type Ending = 'end' | { readonly error: unknown };

/** A recording, as one of its readers sees it. */
export interface Tape<Reader> {
  /** How it ended, if it has. */
  readonly ending: Ending | undefined;
  /** The item at that place, if it is there. */
  at(position: number): Slot | undefined;
  /** The copy for one who does not own the source. */
  copyOf(slot: Slot): unknown;
  /** Somebody waits for the next item. */
  ask(): void;
  /** One of the readers has had an item. */
  advanced(): void;
  /** Wants no more. */
  leave(reader: Reader): void;
}
