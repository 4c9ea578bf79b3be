import type { Tier } from './entry.js';

/** Counted since the start, in this process. A tenant's or nested namespace's figures are also in those above it. */
export interface CacheStats {
  readonly hits: number;
  readonly misses: number;
  /** The part of `hits` that was served stale. */
  readonly staleHits: number;
  /** `hits / (hits + misses)`; 0 before the first. */
  readonly hitRatio: number;
  readonly hitsByTier: Readonly<Record<Tier, number>>;
  readonly loads: number;
  readonly loadErrors: number;
  /** Milliseconds spent in loaders, in all. */
  readonly loadTime: number;
  readonly sets: number;
  readonly deletes: number;
  /** Entries that made room for others. */
  readonly evictions: number;
  readonly errors: number;
  /** Entries held in this process; 0 where only a server knows. */
  readonly entries: number;
  /** Their estimated weight. */
  readonly bytes: number;
  readonly pendingInvalidations: number;
}

export interface CacheHealth {
  readonly status: 'up' | 'degraded' | 'down';
  /** The name of the backend that was asked. */
  readonly backend: string;
  readonly latencyMs: number;
  /** Since when it is not up. */
  readonly since?: Date;
  readonly pendingInvalidations: number;
  /** Without secrets. */
  readonly lastError?: string;
}

/** Why a key is, or is not, served. */
export interface CacheExplanation {
  readonly key: string;
  /** What the process calls it. */
  readonly id: string;
  readonly cache: string;
  readonly namespace: string;
  readonly tenant: string | undefined;
  readonly backend: string;
  readonly tier: Tier;
  /** `absent`, an entry's state, or what made a present entry invalid. */
  readonly state: 'absent' | 'fresh' | 'stale' | 'expired' | 'invalidated' | 'unreadable' | 'unreachable';
  /** One sentence for people. */
  readonly reason: string;
  readonly createdAt?: Date;
  readonly staleAt?: Date;
  readonly expiresAt?: Date;
  /** Milliseconds. Of an entry in this process rounded up: from 512 ms on by less than half a percent. */
  readonly loadTime?: number;
  readonly tags?: readonly string[];
  /** Whether a load of this key is running in this process. */
  readonly loading: boolean;
}
