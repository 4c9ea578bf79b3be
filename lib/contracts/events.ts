import type { EntryState, Tier } from './entry.js';

interface EventBase {
  /** The cache's name; `default` unless given. */
  readonly cache: string;
  readonly namespace: string;
  readonly tenant: string | undefined;
}

/**
 * Keys in events are logical. Values never stand in an event. Durations are milliseconds. `complete: false`: it is not done
 * everywhere; `pending` then is how many invalidations are queued by now, where they are.
 */
export type CacheEvent = EventBase &
  (
    | { readonly type: 'hit'; readonly key: string; readonly tier: Tier; readonly state: EntryState }
    | { readonly type: 'miss'; readonly key: string }
    | {
        readonly type: 'load';
        readonly key: string;
        readonly duration: number;
        readonly stored: boolean;
        readonly background: boolean;
      }
    | {
        readonly type: 'loadError';
        readonly key: string;
        readonly duration: number;
        readonly error: unknown;
        readonly background: boolean;
      }
    /** `complete: false`: only in the fallback. */
    | { readonly type: 'set'; readonly key: string; readonly complete?: false }
    | { readonly type: 'delete'; readonly key: string; readonly complete: boolean; readonly pending?: number }
    | { readonly type: 'expire'; readonly key: string; readonly complete: boolean; readonly pending?: number }
    | {
        readonly type: 'invalidate';
        readonly by: 'tags' | 'pattern' | 'clear';
        readonly tags?: readonly string[];
        readonly pattern?: string;
        readonly complete: boolean;
        readonly pending?: number;
      }
    | { readonly type: 'evicted'; readonly key: string }
    | { readonly type: 'degraded'; readonly error: unknown }
    | { readonly type: 'recovered' }
    | { readonly type: 'error'; readonly operation: string; readonly key?: string; readonly error: unknown }
  );

export type CacheEventType = CacheEvent['type'];
export type CacheEventOf<T extends CacheEventType> = Extract<CacheEvent, { type: T }>;
