import { CacheTimeoutError } from '../../support/errors.js';
import { KeptModels } from './kept-models.js';
import type { ModelDisposer } from './model-disposer.js';
import { ModelExit } from './model-exit.js';
import type { ModelEvents, ModelLeaveReason } from './model-events.js';
import type { LoadEnd, ModelLoads } from './model-loads.js';
import type { ModelSlot } from './model-slot.js';
import type { ResolvedModelOptions } from './resolved-model-options.js';

/** The places for instances: who has one, who waits for one, and who has to leave. */
export class ModelShelf {
  /** Those that whoever asks gets, or waits for. */
  private readonly byKey = new Map<string, ModelSlot>();
  /** Of these the ones that have a place. */
  private readonly kept = new KeptModels();
  private readonly leaving: ModelExit;
  /** Those that wait for a place, in order. */
  private readonly queue = new Set<ModelSlot>();
  private isExceeded = false;
  private onEmpty: (() => void) | undefined;

  constructor(
    private readonly options: ResolvedModelOptions,
    private readonly events: ModelEvents,
    private readonly loads: ModelLoads,
    private readonly disposer: ModelDisposer,
  ) {
    this.leaving = new ModelExit(options, disposer, () => this.settle());
  }

  get(key: string): ModelSlot | undefined {
    return this.byKey.get(key);
  }

  /** All that have a place. */
  get all(): ModelSlot[] {
    return [...this.kept, ...this.leaving];
  }

  /** Those that are there, and that whoever asks gets. */
  get ready(): ModelSlot[] {
    return [...this.kept].filter(({ stage }) => stage === 'ready');
  }

  /** How many loads are under way, or wait for a place. */
  get pending(): number {
    return this.all.filter(({ stage }) => stage === 'loading').length + this.queue.size;
  }

  /** For somebody who waits for it: the load begins when there is a place. */
  add(slot: ModelSlot): void {
    this.byKey.set(slot.key, slot);
    this.lease(slot);
    if (this.options.whenFull === 'exceed') this.start(slot);
    else this.queue.add(slot);
    this.settle();
    if (slot.stage !== 'queued') return;
    const { clock, waitTimeout } = this.options;
    const error = (): Error =>
      new CacheTimeoutError(`Waiting for a place for ${JSON.stringify(slot.key)}`, waitTimeout);
    slot.setTimer(clock.setTimeout(() => this.fail(slot, error()), waitTimeout));
  }

  /** With an instance that is there already; in place of what the key has. */
  put(slot: ModelSlot, model: unknown): void {
    const before = this.byKey.get(slot.key);
    this.disposer.hold(model);
    this.byKey.set(slot.key, slot);
    this.kept.add(slot);
    this.arrive(slot, model);
    if (before) this.drop(before, 'replaced');
    this.touch(slot);
    this.watch(slot);
    this.settle();
  }

  lease(slot: ModelSlot): void {
    slot.leases++;
    this.touch(slot);
  }

  release(slot: ModelSlot): void {
    slot.leases--;
    this.touch(slot);
    if (slot.leases > 0) return;
    if (slot.leftBy !== undefined) this.leaving.check(slot);
    else if (this.kept.has(slot)) this.watch(slot);
    this.settle();
  }

  /** The end of a lease whose holder goes on using the instance: it has the grace for that. */
  handOut(slot: ModelSlot): void {
    slot.safeUntil = this.options.clock.now() + this.options.grace;
    this.release(slot);
  }

  /** Nobody new gets it; it goes when the last one has done with it. Resolves when it has, where that is not waited for. */
  retire(slot: ModelSlot, reason: ModelLeaveReason): Promise<void> | undefined {
    this.drop(slot, reason);
    this.settle();
    return slot.disposal;
  }

  retireAll(reason: ModelLeaveReason): Promise<void>[] {
    return [...this.byKey.values()].flatMap((slot) => this.retire(slot, reason) ?? []);
  }

  /** No load begins any more. Resolves when nothing has a place. */
  close(error: Error): Promise<void> {
    const waiting = [...this.queue];
    // First: each that goes would else let the next one begin its load.
    this.queue.clear();
    for (const slot of waiting) this.fail(slot, error);
    void this.retireAll('shutdown');
    this.leaving.hurry();
    return new Promise((resolve) => {
      this.onEmpty = resolve;
      this.settle();
    });
  }

  /** Gives up what is loading, and disposes of what is in use too. Resolves when that is done. */
  force(reason: Error): Promise<void> {
    return this.leaving.force(reason);
  }

  private start(slot: ModelSlot): void {
    this.queue.delete(slot);
    (slot.leftBy === undefined ? this.kept : this.leaving).add(slot);
    slot.stage = 'loading';
    slot.setTimer(undefined);
    this.loads.run(slot, (end) => this.loaded(slot, end));
  }

  private loaded(slot: ModelSlot, end: LoadEnd): void {
    if ('error' in end) return this.fail(slot, end.error);
    this.arrive(slot, end.model);
    this.touch(slot);
    this.settle();
  }

  private arrive(slot: ModelSlot, model: unknown): void {
    slot.stage = 'ready';
    slot.model = model;
    slot.bytes = this.loads.weigh(slot, model);
    slot.keep(model);
  }

  private fail(slot: ModelSlot, error: unknown): void {
    slot.stage = 'over';
    slot.setTimer(undefined);
    if (this.byKey.get(slot.key) === slot) this.byKey.delete(slot.key);
    for (const set of [this.queue, this.kept, this.leaving]) set.delete(slot);
    slot.fail(error);
    this.settle();
  }

  private drop(slot: ModelSlot, reason: ModelLeaveReason): void {
    if (slot.leftBy !== undefined) return;
    slot.leftBy = reason;
    if (this.byKey.get(slot.key) === slot) this.byKey.delete(slot.key);
    if (this.kept.delete(slot)) this.leaving.add(slot);
    if (reason === 'evicted') this.events.tell({ type: 'evicted', key: slot.key });
  }

  private touch(slot: ModelSlot): void {
    slot.usedAt = this.options.clock.now();
    this.kept.touch(slot);
  }

  /** Lets an instance that nobody uses go in time. */
  private watch(slot: ModelSlot): void {
    const { idleTtl } = slot.keeping;
    if (idleTtl === Infinity || slot.timer !== undefined) return;
    const { clock } = this.options;
    const left = slot.usedAt + idleTtl - clock.now();
    if (left <= 0) return void this.retire(slot, 'idle');
    // Not set anew at each use: when it runs, it sees how long is left.
    slot.timer = clock.setTimeout(() => {
      slot.timer = undefined;
      if (slot.leases === 0) this.watch(slot);
    }, left);
  }

  /** After anything has changed: those who wait get places, and those who have to leave for that do. */
  private settle(): void {
    if (this.kept.size + this.leaving.size === 0) this.onEmpty?.();
    this.admit();
    while (this.isOver) {
      // The last one that was used is spared: somebody has just been given it.
      const victim = this.kept.size > this.options.maxInstances ? this.kept.idlest(1) : this.kept.heavyIdlest(1);
      if (victim === undefined) break;
      this.drop(victim, 'evicted');
    }
    this.tellExceeded();
  }

  private admit(): void {
    for (const slot of this.queue) {
      if (!this.hasPlaceFor(slot)) break;
      this.start(slot);
    }
    while (this.queue.size > this.leaving.ending) {
      const victim = this.kept.idlest(0);
      if (victim === undefined) break;
      this.drop(victim, 'evicted');
    }
  }

  /** Strict, for who would rather wait: what has not been disposed of takes up its place. */
  private hasPlaceFor(slot: ModelSlot): boolean {
    const { all } = this;
    if (all.length === 0) return true;
    return (
      all.length < this.options.maxInstances &&
      all.reduce((sum, { weight }) => sum + weight, slot.weight) <= this.options.maxBytes
    );
  }

  private get isOver(): boolean {
    const { maxInstances, maxBytes } = this.options;
    return this.kept.size > maxInstances || (maxBytes < Infinity && this.kept.bytes > maxBytes);
  }

  private tellExceeded(): void {
    const was = this.isExceeded;
    this.isExceeded = this.isOver;
    if (was || !this.isExceeded) return;
    this.events.tell({ type: 'exceeded', instances: this.kept.size, bytes: this.kept.bytes });
  }
}
