/**
 * What happened in a fleet, as its processes wrote it down. Instants are milliseconds of the machine's monotonic clock,
 * which all processes share, since the run began.
 */
export interface Span {
  /** 0 is the test itself. */
  readonly process: number;
  readonly began: number;
  readonly ended: number;
}

/** The source of truth has a newer version of the key: since `ended` at the latest, nobody reads an older one from it. */
export interface Raise extends Span {
  readonly kind: 'raise';
  readonly key: string;
  readonly version: number;
}

export interface Read extends Span {
  readonly kind: 'read';
  readonly how: string;
  readonly key: string;
  readonly version: number;
  /** Whether it accepts what `expire` has marked. */
  readonly takesStale: boolean;
  /** Every change made anywhere before this instant has been heard before the read began. */
  readonly heardFrom?: number | undefined;
}

/** Whatever promises that versions of before `began` are not served any more once `ended` has come. */
export interface Invalidation extends Span {
  readonly kind: 'invalidation';
  readonly how: string;
  readonly keys: readonly string[];
  /** Whether it was acknowledged. If not, it is queued, where there is a queue; else nothing is promised. */
  readonly complete: boolean;
  /** Of one that puts something else in the place: this version, which may be older than the source's. */
  readonly version?: number;
}

/** A version that was put in by hand, whatever else happened meanwhile. `ended` is `Infinity` where nobody saw its end. */
export interface Put extends Span {
  readonly kind: 'put';
  /** Of its process. */
  readonly id: number;
  readonly key: string;
  readonly version: number;
  /** Of one that has failed: when that was said. It may land later than that. */
  readonly failedAt?: number;
}

/** One run of a loader. */
export interface Load extends Span {
  readonly kind: 'load';
  readonly key: string;
  readonly version: number;
}

/**
 * `stall`: the process did nothing at all. `error`, `degraded`, `recovered`: what the cache told. `kill`, `crash`: the test's
 * own doing. `rejected`, `slow`: a read that failed, or took longer than any may.
 */
export interface Trouble extends Span {
  readonly kind: 'trouble';
  readonly what: 'stall' | 'error' | 'degraded' | 'recovered' | 'kill' | 'crash' | 'rejected' | 'slow';
  readonly detail: string;
}

/** From `began` to `ended` these processes could not reach the server, or only in a way that is of no use. */
export interface Outage extends Span {
  readonly kind: 'outage';
  readonly how: string;
  readonly processes: 'all' | readonly number[];
}

export type HistoryEvent = Raise | Read | Invalidation | Put | Load | Trouble | Outage;
export type History = readonly HistoryEvent[];

type OfKind<K extends HistoryEvent['kind']> = Extract<HistoryEvent, { kind: K }>;

export function ofKind<K extends HistoryEvent['kind']>(history: History, kind: K): OfKind<K>[] {
  return history.filter((event): event is OfKind<K> => event.kind === kind);
}

/** Whether the two have an instant in common. */
export function meet(one: Pick<Span, 'began' | 'ended'>, other: Pick<Span, 'began' | 'ended'>): boolean {
  return one.began <= other.ended && other.began <= one.ended;
}
