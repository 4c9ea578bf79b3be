import type { Workload } from './workload.js';

/**
 * What a run can be made to do wrong: store what was loaded whatever the lease says; write without reading again, so that
 * the server forgets who to tell; let callers join loads of before a change by another process; keep what was read while it
 * was changed; load without asking whose turn it is.
 */
export type Fault = 'no fence' | 'no second read' | 'no epoch' | 'no markers' | 'no lease' | OutageFault;

/**
 * What it can be made to do wrong in an outage: forget what could not be said; serve what is older than the outage before
 * the others have had the time to say what they had queued; believe a server that has been restarted.
 */
export type OutageFault = 'no journal' | 'no grace' | 'trusts the server';

/** What one process of a run is told when it starts. */
export interface Orders {
  readonly process: number;
  /** Where to write the history down. */
  readonly record: string;
  /** The instant 0, as `process.hrtime` tells it. */
  readonly zero: string;
  readonly url: string;
  /** Where the truth lies: a server that nobody disturbs, if the cache's own is. */
  readonly sourceUrl: string;
  /** Of the cache. `undefined`: what it takes by itself. */
  readonly commandTimeout: number | undefined;
  /** Of the cache, in milliseconds. `undefined`: what it takes by itself. */
  readonly leaseTtl: number | undefined;
  /** By how much the cache's clock is before that of others, in milliseconds. */
  readonly clockOffset: number;
  /** How long a read may take at most, besides what the process stood still. `undefined`: nobody looks. */
  readonly slowerThan: number | undefined;
  readonly namespace: string;
  readonly seed: number;
  readonly mode: 'tracking' | 'pubsub';
  /** Whether the data connection is handed in, speaking RESP2, instead of the cache's own. */
  readonly lent: boolean;
  /** How many data connections of its own the cache has. */
  readonly connections: number;
  readonly workload: Workload;
  readonly fault: Fault | undefined;
  /** Where the entries live in place of the server; absent: there. */
  readonly disk?: { readonly directory: string; readonly backend: 'disk' | 'tiered' } | undefined;
}

/**
 * `die`: in the middle of the next load, without a word. `rest`: change nothing any more. `look`: read every key in every
 * way, and say `looked`. `go`: change things again. `stop`: end in order. `weigh`: say how much is held, when all is
 * collected that nobody holds. `{ record }`: write into this file from now on.
 */
export type Command = 'die' | 'rest' | 'look' | 'go' | 'stop' | 'weigh' | { readonly record: string };
export type Answer = 'ready' | 'looked' | 'recorded' | { readonly heap: number };
