import type { Slot } from './tape.js';

/** What an item that cannot be kept counts as, in bytes: nobody can tell. */
const UNKNOWN_BYTES = 1_024;

/** The items of a stream that are held, by their place in the whole of it. */
export class HeldSlots {
  private slots: Slot[] = [];
  /** Of what is held, by estimate. */
  bytes = 0;
  /** The place of the first one that is held: how many were let go of. */
  from = 0;

  /** Where the next one will stand. */
  get to(): number {
    return this.from + this.slots.length;
  }

  at(position: number): Slot | undefined {
    return this.slots[position - this.from];
  }

  add(slot: Slot): void {
    this.slots.push(slot);
    this.bytes += slot.kept?.bytes ?? UNKNOWN_BYTES;
  }

  /** All that stand before that place. */
  letGo(before: number): void {
    const gone = this.slots.splice(0, before - this.from);
    for (const { kept } of gone) this.bytes -= kept?.bytes ?? UNKNOWN_BYTES;
    this.from += gone.length;
  }

  /** Only while none was let go of. */
  all(): readonly Slot[] {
    return this.slots;
  }
}
