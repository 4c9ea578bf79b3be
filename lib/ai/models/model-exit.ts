import type { ModelDisposer } from './model-disposer.js';
import type { ModelSlot } from './model-slot.js';
import type { ResolvedModelOptions } from './resolved-model-options.js';

/** The instances that nobody new gets, and that are not gone yet: still loading, in use, in their grace, or being disposed of. */
export class ModelExit implements Iterable<ModelSlot> {
  private readonly slots = new Set<ModelSlot>();
  private isHurried = false;

  constructor(
    private readonly options: Pick<ResolvedModelOptions, 'clock'>,
    private readonly disposer: ModelDisposer,
    /** Called when one is gone. */
    private readonly onGone: () => void,
  ) {}

  get size(): number {
    return this.slots.size;
  }

  /** How many of them wait for nobody. */
  get ending(): number {
    let count = 0;
    for (const { stage, leases } of this.slots) if (stage === 'ready' && leases === 0) count++;
    return count;
  }

  [Symbol.iterator](): Iterator<ModelSlot> {
    return this.slots.values();
  }

  add(slot: ModelSlot): void {
    this.slots.add(slot);
    this.check(slot);
  }

  delete(slot: ModelSlot): void {
    this.slots.delete(slot);
  }

  /** Disposes of it as soon as nobody can be using it. */
  check(slot: ModelSlot): void {
    if (slot.stage !== 'ready' || slot.leases > 0 || slot.disposal) return;
    const { clock } = this.options;
    const left = this.isHurried ? 0 : slot.safeUntil - clock.now();
    if (left <= 0) this.end(slot);
    else slot.setTimer(clock.setTimeout(() => this.check(slot), left));
  }

  /** From now on no grace is waited for. */
  hurry(): void {
    this.isHurried = true;
    for (const slot of this.slots) this.check(slot);
  }

  /** Gives up what is loading, and disposes of what is in use too. Resolves when that is done. */
  async force(reason: Error): Promise<void> {
    for (const slot of [...this.slots]) {
      if (slot.stage === 'loading') slot.giveUp?.(reason);
      else this.end(slot);
    }
    await Promise.all([...this.slots].flatMap(({ disposal }) => disposal ?? []));
  }

  private end(slot: ModelSlot): void {
    slot.setTimer(undefined);
    slot.disposal ??= this.disposer.dispose(slot, slot.leftBy!).then(() => {
      slot.stage = 'over';
      slot.model = undefined;
      this.slots.delete(slot);
      this.onGone();
    });
  }
}
