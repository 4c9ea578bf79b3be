import type { Coherence } from '../../contracts/options.js';

/** Milliseconds. */
export interface Latency {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export type RowName = 'get, from the process' | 'get, from Redis' | 'set' | 'getOrSet';

/** What a part of the calls came to. */
export interface Part {
  readonly calls: number;
  /** Milliseconds. */
  readonly meanMs: number;
}

/** One operation at one number of callers. */
export interface Row {
  readonly name: RowName;
  readonly callers: number;
  readonly calls: number;
  /** Without those that failed; the latency, too. */
  readonly perSecond: number;
  readonly latencyMs: Latency;
  /** Calls that did not do what was asked: a value that was not there, a `set` that answered `false`. */
  readonly failed: number;
  /** The share of the time in which the event loop of this process had work, 0 to 1. */
  readonly busy: number;
  /** Of `getOrSet`. */
  readonly hits?: Part;
  readonly misses?: Part;
}

/** The same value with compression and without, read and written by one caller. */
export interface CompressionFigures {
  readonly algorithm: string;
  readonly plainBytes: number;
  readonly packedBytes: number;
  /** A `get` and a `set` from Redis, medians. */
  readonly plain: { readonly getMs: number; readonly setMs: number };
  readonly packed: { readonly getMs: number; readonly setMs: number };
}

/** What the server says about itself. Members are `undefined` where it does not tell, or may not be asked. */
export interface ServerFacts {
  readonly version?: string;
  /** Bytes; 0: no limit. */
  readonly maxMemory?: number;
  readonly usedMemory?: number;
  readonly policy?: string;
  readonly isCluster?: boolean;
  readonly trackingClients?: number;
}

export interface Settings {
  readonly backend: 'tiered' | 'redis' | 'memory';
  /** Where the server is, without credentials. */
  readonly server?: string;
  readonly namespace: string;
  readonly payloadBytes: number;
  readonly payload: 'generated' | 'file';
  readonly hitRatio: number;
  readonly callers: readonly number[];
  readonly seconds: number;
  readonly keys: number;
  readonly loadMs: number;
  readonly codec: string;
  /** `off`, or the algorithm. */
  readonly compression: string;
  /** Milliseconds. */
  readonly commandTimeout?: number;
}

/** Something to change, and the measured reason. */
export interface Advice {
  /** The option of `CacheModule.forRoot`, of the server, or of the deployment. */
  readonly change: string;
  readonly because: string;
}

export interface CleanUp {
  readonly removed: number;
  /** Keys of the namespace that are still there; `undefined` when the server could not be asked any more. */
  readonly left: number | undefined;
}

/** Where it was measured. */
export interface Machine {
  readonly cores: number;
  /** Of the minute before the run: how many processes wanted a core. 0 where the system does not tell. */
  readonly load: number;
}

/** What was measured. */
export interface Measured {
  readonly settings: Settings;
  readonly machine: Machine;
  readonly server?: ServerFacts;
  /** How changes are told from process to process here. */
  readonly coherence?: { readonly asked: Coherence; readonly found: 'tracking' | 'pubsub' | 'none' | 'unknown' };
  /** PING over a connection of its own, one at a time, in milliseconds. */
  readonly roundTripMs?: Latency;
  readonly rows: readonly Row[];
  readonly compression?: CompressionFigures;
  /** `error` and `degraded` events, by their text. */
  readonly troubles: Readonly<Record<string, number>>;
}

export interface Report extends Measured {
  readonly versions: Readonly<Record<string, string>>;
  readonly interrupted: boolean;
  readonly advice: readonly Advice[];
  readonly cleanUp?: CleanUp;
}
