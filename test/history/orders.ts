import type { Workload } from './workload.js';

/**
 * What a run can be made to do wrong: store what was loaded whatever the lease says; write without reading again, so that
 * the server forgets who to tell; let callers join loads of before a change by another process; keep what was read while it
 * was changed; load without asking whose turn it is.
 */
export type Fault = 'no fence' | 'no second read' | 'no epoch' | 'no markers' | 'no lease';

/** What one process of a run is told when it starts. */
export interface Orders {
  readonly process: number;
  /** Where to write the history down. */
  readonly record: string;
  /** The instant 0, as `process.hrtime` tells it. */
  readonly zero: string;
  readonly url: string;
  readonly namespace: string;
  readonly seed: number;
  readonly mode: 'tracking' | 'pubsub';
  /** Whether the data connection is handed in, speaking RESP2, instead of the cache's own. */
  readonly lent: boolean;
  /** How many data connections of its own the cache has. */
  readonly connections: number;
  readonly workload: Workload;
  readonly fault: Fault | undefined;
}

/** `die`: in the middle of the next load, without a word. `stop`: end in order. */
export type Command = 'die' | 'stop';
