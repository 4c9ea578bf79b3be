import type { Clock, Timer } from '../../contracts/clock.js';
import type { Kept, ValueIsolation } from '../../contracts/entry.js';
import { CacheStreamError, CacheValueError } from '../../support/errors.js';
import { Outcome } from '../outcome.js';
import { HeldSlots } from './held-slots.js';
import { LiveReader } from './live-reader.js';
import { RecordedItems } from './recorded-items.js';
import type { StreamLimits } from './stream-limits.js';
import type { StreamSource } from './stream-source.js';
import type { Ending, Slot, Tape } from './tape.js';
import { UnrecordedError } from './unrecorded-error.js';

/** Items that everybody has had are let go of so many at a time. */
const TRIM = 64;

export interface RecordingParts {
  readonly isolation: ValueIsolation;
  readonly limits: StreamLimits;
  readonly clock: Clock;
  /** Told when nothing of it will be stored, and nobody may join any more. */
  readonly onCut: () => void;
  /** Told when the last reader has left before the end. */
  readonly onDeserted: () => void;
}

/**
 * One stream, read by many while it runs: each from its first item on, at its own pace. The source is asked for an item when
 * the foremost reader wants it, and no sooner.
 *
 * All items are held for those who are to come, until they weigh more than `maxBytes`. From there on it is an ordinary
 * stream: nobody may join, nothing is stored, what all readers have had is let go of, and the foremost waits for the last
 * while so much lies between them:
 *
 *     source -> [  items that are held  ] -> foremost reader
 *                ^ last reader              asks for the next one
 *
 * A reader who holds up the others for `stallTimeout`, or the source when there are no others, is given up.
 */
export class Recording implements Tape<LiveReader> {
  /** How it ended, for its readers; those of a whole one are told when it is stored, as who waits for a value is. */
  ending: Ending | undefined;
  private readonly slots = new HeldSlots();
  private readonly readers = new Set<LiveReader>();
  private owner: LiveReader | undefined;
  private readonly whole = new Outcome<RecordedItems>();
  private source: StreamSource | undefined;
  private isPulling = false;
  /** Set while nothing is asked for. */
  private wake: (() => void) | undefined;
  private isCut = false;
  private isDraining = false;
  /** Whether the source has given all it had, or failed. */
  private isOver = false;
  private timer: Timer | undefined;
  /** What has happened by the time the timer was last looked at. */
  private before = { moves: 0, last: 0 };
  /** How often a reader has asked, or has had an item that was held. */
  private moves = 0;

  constructor(private readonly parts: RecordingParts) {}

  /** Resolves when the source has properly ended. Rejects when it fails or is cancelled, and when it cannot be recorded. */
  get recorded(): Promise<RecordedItems> {
    return this.whole.promise;
  }

  /** Whether one who joins now has all of it. */
  get isWhole(): boolean {
    return !this.isCut;
  }

  /** Estimated bytes of what is held. */
  get held(): number {
    return this.slots.bytes;
  }

  get isDeserted(): boolean {
    return this.readers.size === 0;
  }

  /** From here on items come, to those who have asked already too. */
  start(source: StreamSource): void {
    if (this.isOver) return source.cancel(reasonOf(this.ending));
    this.source = source;
    this.watch();
    void this.run(source);
  }

  /** The source has failed, or could not be opened. */
  fail(error: unknown): void {
    if (this.isOver) return;
    this.stop();
    // Before its readers are told: whoever calls from here on begins anew.
    this.cut(error);
    this.tell({ error });
  }

  /** Nobody wants any more of it. */
  cancel(reason: unknown): void {
    if (this.isOver) return;
    this.fail(reason);
    this.source?.cancel(reason);
  }

  /** What was recorded is stored, or is not going to be: its readers may go. */
  release(): void {
    if (this.isOver) this.tell('end');
  }

  /** Goes on to the end without readers. */
  drain(): void {
    this.isDraining = true;
    this.pull();
  }

  /** Only while it is whole. `owns`: is given the source's own items, no copies; at most one is. */
  join(owns: boolean): LiveReader {
    const reader = new LiveReader(this, owns);
    this.readers.add(reader);
    if (owns) this.owner = reader;
    return reader;
  }

  at(position: number): Slot | undefined {
    return this.slots.at(position);
  }

  copyOf({ kept, own }: Slot): unknown {
    return kept === undefined ? own : this.parts.isolation.give(kept);
  }

  ask(): void {
    this.moves++;
    this.pull();
  }

  advanced(): void {
    this.moves++;
    if (!this.isCut) return;
    const had = this.last - this.slots.from;
    if (had < TRIM && !(had > 0 && this.isFull)) return;
    this.slots.letGo(this.last);
    this.pull();
  }

  leave(reader: LiveReader): void {
    if (!this.readers.delete(reader) || this.isOver) return;
    if (this.isDeserted) this.parts.onDeserted();
    else this.advanced();
  }

  private get isFull(): boolean {
    return this.slots.bytes > this.parts.limits.maxBytes;
  }

  /** Whether the foremost waits for the last. */
  private get isHeldUp(): boolean {
    return this.isCut && this.isFull && !this.isPulling && this.isWanted;
  }

  /** The place of whoever is farthest behind. */
  private get last(): number {
    let last = this.slots.to;
    for (const { position } of this.readers) if (position < last) last = position;
    return last;
  }

  private get isWanted(): boolean {
    if (this.isDraining) return true;
    for (const reader of this.readers) if (reader.isWaiting) return true;
    return false;
  }

  /** Whether the source may be asked now: the foremost may have to wait for the last. */
  private get isDue(): boolean {
    if (!this.isWanted) return false;
    if (this.isCut && this.isFull) this.slots.letGo(this.last);
    return !(this.isCut && this.isFull);
  }

  private pull(): void {
    const { wake } = this;
    if (wake === undefined || !(this.isOver || this.isDue)) return;
    this.wake = undefined;
    wake();
  }

  /** An async function, so that the source is asked in the context of who has started this, whoever wants the item. */
  private async run(source: StreamSource): Promise<void> {
    try {
      while (!this.isOver) {
        if (!this.isDue) await new Promise<void>((resolve) => (this.wake = resolve));
        else {
          this.isPulling = true;
          this.take(await source.next());
        }
      }
    } catch (error) {
      this.fail(error);
    }
  }

  private take({ done, value }: IteratorResult<unknown, unknown>): void {
    this.isPulling = false;
    if (this.isOver) return;
    if (done) return this.complete();
    this.keep(value);
    for (const reader of this.readers) reader.serve();
  }

  private keep(value: unknown): void {
    const kept = this.keptOf(value);
    this.slots.add({ own: kept === undefined || this.owner !== undefined ? value : undefined, kept });
    if (this.isFull) this.cut(new UnrecordedError('$', `a stream of more than ${this.parts.limits.maxBytes} bytes`));
  }

  private keptOf(value: unknown): Kept | undefined {
    try {
      return this.parts.isolation.keep(value);
    } catch (error) {
      const place = `$[${this.slots.to}]`;
      const { path, what } = error as Partial<CacheValueError>;
      this.cut(new UnrecordedError(place + (path ?? '').slice(1), what ?? 'of no kind that can be kept'));
      return undefined;
    }
  }

  private cut(error: unknown): void {
    if (this.isCut) return;
    this.isCut = true;
    // Its end is of use to nobody but its readers from now on, so it goes at their pace again.
    this.isDraining = false;
    this.whole.fail(error);
    this.parts.onCut();
  }

  private complete(): void {
    this.stop();
    if (this.isCut) this.tell('end');
    else this.whole.keep(RecordedItems.of(this.slots.all().map(({ kept }) => kept!)));
  }

  private stop(): void {
    this.isOver = true;
    this.timer?.cancel();
    this.pull();
  }

  private tell(ending: Ending): void {
    this.ending ??= ending;
    for (const reader of [...this.readers]) reader.serve();
  }

  /** One timer, set again when it has run: one for each item would cost more than the item. */
  private watch(): void {
    const { clock, limits } = this.parts;
    if (limits.stallTimeout === Infinity) return;
    this.timer = clock.setTimeout(() => {
      const { before, last, moves } = this;
      const isIdle = moves === before.moves && !this.isPulling && !this.isDraining;
      if (this.isHeldUp ? last === before.last : isIdle) {
        this.giveUpLast(`did not ask for the next item for ${limits.stallTimeout} ms`);
      }
      this.before = { moves, last };
      if (!this.isOver) this.watch();
    }, limits.stallTimeout);
  }

  private giveUpLast(what: string): void {
    const { last } = this;
    for (const reader of [...this.readers]) {
      if (reader.position === last && !reader.isWaiting) reader.giveUp(new CacheStreamError(what));
    }
    this.advanced();
    this.pull();
  }
}

function reasonOf(ending: Ending | undefined): unknown {
  return typeof ending === 'object' ? ending.error : undefined;
}
