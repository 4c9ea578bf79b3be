import type { ModelSlot } from './model-slot.js';

/** Instances in the order of their last use, the least recently used first. */
export class KeptModels implements Iterable<ModelSlot> {
  private readonly slots = new Set<ModelSlot>();

  get size(): number {
    return this.slots.size;
  }

  get bytes(): number {
    let sum = 0;
    for (const { bytes } of this.slots) sum += bytes;
    return sum;
  }

  [Symbol.iterator](): Iterator<ModelSlot> {
    return this.slots.values();
  }

  has(slot: ModelSlot): boolean {
    return this.slots.has(slot);
  }

  add(slot: ModelSlot): void {
    this.slots.add(slot);
  }

  delete(slot: ModelSlot): boolean {
    return this.slots.delete(slot);
  }

  /** Says that it is used now. */
  touch(slot: ModelSlot): void {
    if (this.slots.delete(slot)) this.slots.add(slot);
  }

  /** The least recently used one that nobody is using. The `spared` last used ones are left out. */
  idlest(spared: number): ModelSlot | undefined {
    return this.first(spared, isIdle);
  }

  /** The same of those that weigh something: one without weight would go for nothing where only the weight is too much. */
  heavyIdlest(spared: number): ModelSlot | undefined {
    return this.first(spared, (slot) => slot.bytes > 0 && isIdle(slot));
  }

  private first(spared: number, fits: (slot: ModelSlot) => boolean): ModelSlot | undefined {
    let left = this.slots.size - spared;
    for (const slot of this.slots) {
      if (left-- <= 0) return undefined;
      if (fits(slot)) return slot;
    }
    return undefined;
  }
}

function isIdle({ stage, leases }: ModelSlot): boolean {
  return stage === 'ready' && leases === 0;
}
