import type { Lookup } from '../contracts/entry-store.js';
import { freshnessOf, type Entry } from '../contracts/entry.js';
import { attempt } from './attempt.js';
import { Budget } from './budget.js';
import { checkKey, checkKeys } from './keys.js';
import type { CacheParts } from './parts.js';
import type { CacheScope } from './scopes.js';
import { lookUp, lookUpMany } from './store-steps.js';

/** Reads without a loader. They see fresh entries only. */
export class Reads {
  constructor(private readonly parts: CacheParts) {}

  /** A fresh value or `undefined`; counted as a hit or a miss. */
  async get(scope: CacheScope, key: string): Promise<unknown> {
    const { events, store } = this.parts;
    const entry = await this.lookFresh(scope, key);
    if (!entry) events.miss(scope, key);
    else events.hit(scope, key, store.tier, 'fresh');
    return entry?.read();
  }

  async getMany(scope: CacheScope, keys: Iterable<string>): Promise<Map<string, unknown>> {
    const { clock, events, store } = this.parts;
    const list = [...new Set(checkKeys(keys))];
    const lookups = await lookUpMany(this.parts, scope, list, [], new Budget(clock, this.parts.commandTimeout));
    const now = clock.now();
    const found = new Map<string, unknown>();
    list.forEach((key, index) => {
      const entry = lookups?.[index]?.entry;
      if (!entry || freshnessOf(entry, now) !== 'fresh') return events.miss(scope, key);
      events.hit(scope, key, store.tier, 'fresh');
      found.set(key, entry.read());
    });
    return found;
  }

  /** A fresh value in this process; touches neither statistics nor recency. */
  peek(scope: CacheScope, key: string): unknown {
    checkKey(key);
    const entry = this.parts.store.peek?.(scope.idOf(key), true);
    return entry && freshnessOf(entry, this.parts.clock.now()) === 'fresh' ? entry.read() : undefined;
  }

  async has(scope: CacheScope, key: string): Promise<boolean> {
    return (await this.lookFresh(scope, key)) !== undefined;
  }

  /** Milliseconds until the entry is stale; `undefined` without a fresh one; `Infinity` without an end. */
  async getTtl(scope: CacheScope, key: string): Promise<number | undefined> {
    const entry = await this.lookFresh(scope, key);
    return entry && Math.ceil(entry.staleAt - this.parts.clock.now());
  }

  /** One look that counts nothing, in the budget of one call. A failure is an event and `undefined`. */
  look(scope: CacheScope, key: string): Promise<Lookup | undefined> {
    checkKey(key);
    return attempt(this.parts, scope, 'look', key, () =>
      this.parts.store.look({ scope, key, id: scope.idOf(key) }, []),
    );
  }

  private async lookFresh(scope: CacheScope, key: string): Promise<Entry | undefined> {
    const { store, clock } = this.parts;
    checkKey(key);
    const at = { scope, key, id: scope.idOf(key) };
    const entry = store.peek
      ? store.peek(at.id)
      : (await lookUp(this.parts, at, [], new Budget(clock, this.parts.commandTimeout)))?.entry;
    return entry && freshnessOf(entry, clock.now()) === 'fresh' ? entry : undefined;
  }
}
