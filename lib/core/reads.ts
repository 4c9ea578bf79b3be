import type { Lookup } from '../contracts/entry-store.js';
import { freshnessOf, type Entry, type NearEntry } from '../contracts/entry.js';
import { attempt } from './attempt.js';
import { Budget } from './budget.js';
import type { Asker } from './gathered-looks.js';
import { checkKey, checkKeys } from './keys.js';
import type { CacheParts } from './parts.js';
import type { CacheScope } from './scopes.js';
import { lookUp, lookUpMany } from './store-steps.js';

const NO_TAGS: readonly string[] = [];

/** A `get` that is under way with others. */
class Getter implements Asker {
  constructor(
    private readonly parts: CacheParts,
    readonly at: Asker['at'],
    private readonly resolve: (value: unknown) => void,
    private readonly reject: (error: unknown) => void,
  ) {}

  take({ entry, error }: Lookup): void {
    const { events, recent } = this.parts;
    const { scope, key } = this.at;
    if (error) events.error(scope, 'decode', error, key);
    if (entry === undefined || recent() >= entry.staleAt) return this.miss();
    events.hit(scope, key, entry.tier, 'fresh');
    try {
      this.resolve(entry.read());
    } catch (thrown) {
      this.reject(thrown);
    }
  }

  fail(error: unknown): void {
    const { scope, key } = this.at;
    this.parts.events.error(scope, 'look', error, key);
    this.miss();
  }

  private miss(): void {
    this.parts.events.miss(this.at.scope, this.at.key);
    this.resolve(undefined);
  }
}

/** Reads without a loader. They see fresh entries only. */
export class Reads {
  constructor(private readonly parts: CacheParts) {}

  /** A fresh value or `undefined`; counted as a hit or a miss. One that is in the process costs no async function. */
  get(scope: CacheScope, key: string): Promise<unknown> {
    const near = typeof key === 'string' ? this.peekFresh(scope, key) : undefined;
    if (near === undefined) return this.canGather(key) ? this.getGathered(scope, key) : this.getSlowly(scope, key);
    this.parts.events.hit(scope, key, near.tier, 'fresh');
    return near.promise();
  }

  /**
   * Whether the answer may be counted and handed out where the answers of all who have asked in this turn come in. Whoever
   * listens has to hear of a hit where it happened, in the caller's own asynchronous context.
   */
  private canGather(key: unknown): boolean {
    const { looks, events } = this.parts;
    return looks.isOn && typeof key === 'string' && key !== '' && !events.hearsReads;
  }

  private getGathered(scope: CacheScope, key: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const at = { scope, key, id: scope.idOf(key) };
      this.parts.looks.add(new Getter(this.parts, at, resolve, reject), NO_TAGS);
    });
  }

  private async getSlowly(scope: CacheScope, key: string): Promise<unknown> {
    const { events } = this.parts;
    const entry = await this.lookFresh(scope, key);
    if (!entry) events.miss(scope, key);
    else events.hit(scope, key, entry.tier, 'fresh');
    return entry?.read();
  }

  async getMany(scope: CacheScope, keys: Iterable<string>): Promise<Map<string, unknown>> {
    const { clock, commandTimeout, events, recent } = this.parts;
    // In the order in which the keys first occur; those that turn out to be missing are taken out again.
    const found = new Map<string, unknown>();
    const rest: string[] = [];
    for (const key of checkKeys(keys)) {
      if (found.has(key)) continue;
      const near = this.peekFresh(scope, key);
      found.set(key, near?.read());
      if (near) events.hit(scope, key, near.tier, 'fresh');
      else rest.push(key);
    }
    const asked = this.isWhole ? [] : rest;
    const lookups = await lookUpMany(this.parts, scope, asked, [], new Budget(clock, commandTimeout));
    const now = recent();
    for (let at = 0; at < rest.length; at++) {
      const key = rest[at]!;
      const entry = lookups?.[at]?.entry;
      if (entry === undefined || now >= entry.staleAt) {
        events.miss(scope, key);
        found.delete(key);
      } else {
        events.hit(scope, key, entry.tier, 'fresh');
        found.set(key, entry.read());
      }
    }
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
    checkKey(key);
    const near = this.peekFresh(scope, key);
    if (near || this.isWhole) return near;
    const at = { scope, key, id: scope.idOf(key) };
    const budget = new Budget(this.parts.clock, this.parts.commandTimeout);
    return this.ifFresh((await lookUp(this.parts, at, [], budget))?.entry);
  }

  private peekFresh(scope: CacheScope, key: string): NearEntry | undefined {
    const { parts } = this;
    const entry = parts.store.peek?.(scope.idOf(key));
    return entry !== undefined && parts.recent() < entry.staleAt ? entry : undefined;
  }

  private ifFresh(entry: Entry | undefined): Entry | undefined {
    return entry && freshnessOf(entry, this.parts.clock.now()) === 'fresh' ? entry : undefined;
  }

  /** Whether a look inside the process tells everything. */
  private get isWhole(): boolean {
    const { store } = this.parts;
    return store.tier === 'l1' && store.peek !== undefined;
  }
}
