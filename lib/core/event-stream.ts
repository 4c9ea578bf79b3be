import { AsyncLocalStorage } from 'node:async_hooks';
import type { EntryState, Tier } from '../contracts/entry.js';
import type { CacheEvent, CacheEventOf, CacheEventType } from '../contracts/events.js';
import type { CacheScope } from './scopes.js';

/** A listener, with the scope whose events it does not want to miss already applied. */
type Heard = (event: CacheEvent, origin: CacheScope) => void;
/** An event without what the stream itself knows. */
type EventBody<T extends CacheEventType> = Omit<CacheEventOf<T>, 'type' | 'cache' | 'namespace' | 'tenant'>;

interface Observation {
  readonly outcomes: CacheEvent[];
  /** The one inside which this one runs: it hears everything too. */
  readonly around: Observation | undefined;
}

/** Collects the events of everything that is awaited inside `observe`. Shared by all caches of the process. */
const observed = new AsyncLocalStorage<Observation>();
/**
 * How many `observe` calls are running. While none is, nobody pays for looking: not for events, nor for what Node 20 makes
 * every promise of the process pay while such a storage is in use.
 */
let observers = 0;

/** At most this many outcomes are kept of one `observe`; the rest is dropped. */
const MAX_OUTCOMES = 10_000;

export async function observe<T>(run: () => Promise<T>): Promise<{ value: T; outcomes: CacheEvent[] }> {
  const outcomes: CacheEvent[] = [];
  observers++;
  try {
    const value = await observed.run({ outcomes, around: observed.getStore() }, run);
    return { value, outcomes };
  } finally {
    if (--observers === 0) observed.disable();
  }
}

/**
 * The one place where something that happened is said. It counts first and then tells the listeners, so statistics,
 * logs and traces cannot disagree. No event object is made unless somebody listens.
 */
export class EventStream {
  private readonly listeners = new Map<CacheEventType, Set<Heard>>();
  /** Whether anybody listens to hits: the one event whose every cost shows. */
  private hitsAreHeard = false;

  constructor(private readonly cache: string) {}

  /** Returns the unsubscribe function. Only events of `scope` and below are told. */
  on<T extends CacheEventType>(type: T, scope: CacheScope, listener: (event: CacheEventOf<T>) => void): () => void {
    const heard: Heard = (event, origin) => {
      if (!scope.contains(origin)) return;
      // One that is async returns its failure, which nobody else would ever hear of.
      const result: unknown = listener(event as CacheEventOf<T>);
      if (result instanceof Promise) result.catch(() => {});
    };
    const set = this.listeners.get(type) ?? new Set<Heard>();
    this.listeners.set(type, set.add(heard));
    this.hitsAreHeard = this.listeners.has('hit');
    return () => {
      set.delete(heard);
      if (set.size === 0 && this.listeners.get(type) === set) this.listeners.delete(type);
      this.hitsAreHeard = this.listeners.has('hit');
    };
  }

  hit(scope: CacheScope, key: string, tier: Tier, state: EntryState): void {
    scope.counters.hit(tier, state);
    if (this.hitsAreHeard || observers > 0) this.tell(scope, 'hit', { key, tier, state });
  }

  miss(scope: CacheScope, key: string): void {
    scope.counters.misses++;
    if (this.isHeard('miss')) this.tell(scope, 'miss', { key });
  }

  load(scope: CacheScope, body: EventBody<'load'>): void {
    scope.counters.loads++;
    scope.counters.loadTime += body.duration;
    if (this.isHeard('load')) this.tell(scope, 'load', body);
  }

  loadError(scope: CacheScope, body: EventBody<'loadError'>): void {
    scope.counters.loads++;
    scope.counters.loadErrors++;
    scope.counters.loadTime += body.duration;
    if (this.isHeard('loadError')) this.tell(scope, 'loadError', body);
  }

  set(scope: CacheScope, key: string, stored: true | 'aside'): void {
    scope.counters.sets++;
    if (this.isHeard('set')) this.tell(scope, 'set', stored === true ? { key } : { key, complete: false });
  }

  delete(scope: CacheScope, body: EventBody<'delete'>): void {
    scope.counters.deletes++;
    if (this.isHeard('delete')) this.tell(scope, 'delete', body);
  }

  expire(scope: CacheScope, body: EventBody<'expire'>): void {
    if (this.isHeard('expire')) this.tell(scope, 'expire', body);
  }

  invalidate(scope: CacheScope, body: EventBody<'invalidate'>): void {
    if (this.isHeard('invalidate')) this.tell(scope, 'invalidate', body);
  }

  evicted(scope: CacheScope, key: string): void {
    scope.counters.evictions++;
    if (this.isHeard('evicted')) this.tell(scope, 'evicted', { key });
  }

  /** Cache trouble that no caller is told of otherwise. */
  error(scope: CacheScope, operation: string, error: unknown, key?: string): void {
    scope.counters.errors++;
    if (this.isHeard('error')) this.tell(scope, 'error', { operation, key, error });
  }

  /** The backend is lost; a fallback serves. */
  degraded(scope: CacheScope, error: unknown): void {
    if (this.isHeard('degraded')) this.tell(scope, 'degraded', { error });
  }

  /** The backend serves again, and nothing is queued any more. */
  recovered(scope: CacheScope): void {
    if (this.isHeard('recovered')) this.tell(scope, 'recovered', {});
  }

  /** Whether anybody listens to hits and misses. */
  get hearsReads(): boolean {
    return this.hitsAreHeard || this.isHeard('miss');
  }

  private isHeard(type: CacheEventType): boolean {
    return observers > 0 || this.listeners.has(type);
  }

  private tell<T extends CacheEventType>(scope: CacheScope, type: T, body: EventBody<T>): void {
    const event = {
      type,
      cache: this.cache,
      namespace: scope.namespace,
      tenant: scope.tenant,
      ...body,
    } as CacheEventOf<T>;
    for (let at = observers > 0 ? observed.getStore() : undefined; at; at = at.around) {
      if (at.outcomes.length < MAX_OUTCOMES) at.outcomes.push(event);
    }
    const set = this.listeners.get(type);
    if (!set) return;
    for (const listener of [...set]) {
      try {
        listener(event, scope);
      } catch {
        // A listener's fault is its own: it must neither fail the caller nor silence the other listeners.
      }
    }
  }
}
