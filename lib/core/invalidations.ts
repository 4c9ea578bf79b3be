import { CacheQueuedError, CacheUsageError } from '../support/errors.js';
import { compileGlob } from '../support/glob.js';
import { attempt, attemptAll } from './attempt.js';
import { checkTags } from './call-options.js';
import { checkKey, checkKeys } from './keys.js';
import type { CacheParts } from './parts.js';
import type { CacheScope } from './scopes.js';

/**
 * What takes values away. Each fells the loads it concerns before it does anything else, in the same synchronous
 * stretch: from the moment it is issued, nothing that began before can be stored or joined. When the store is through
 * with it, nothing can be joined either that looked the key up meanwhile.
 */
export class Invalidations {
  constructor(private readonly parts: CacheParts) {}

  /** `true`: gone everywhere this cache reaches. `false`: the backend could not be told. */
  async delete(scope: CacheScope, key: string): Promise<boolean> {
    checkKey(key);
    const address = { scope, key, id: scope.idOf(key) };
    const settle = this.parts.fence.invalidateKey(address.id);
    const done =
      (await attempt(this.parts, scope, 'delete', key, () => this.parts.store.delete(address))) !== undefined;
    settle();
    this.parts.events.delete(scope, { key, ...this.outcome(done) });
    return done;
  }

  async deleteMany(scope: CacheScope, keys: Iterable<string>): Promise<boolean> {
    const list = [...new Set(checkKeys(keys))];
    const addresses = list.map((key) => ({ scope, key, id: scope.idOf(key) }));
    const settlements = addresses.map(({ id }) => this.parts.fence.invalidateKey(id));
    if (list.length === 0) return true;
    const done =
      (await attempt(this.parts, scope, 'delete', undefined, () => this.parts.store.deleteMany(addresses))) !==
      undefined;
    for (const settle of settlements) settle();
    for (const key of list) this.parts.events.delete(scope, { key, ...this.outcome(done) });
    return done;
  }

  /** From the instant on by which hits are judged: by a later one, an entry would stay fresh for the rest of the turn. */
  async expire(scope: CacheScope, key: string): Promise<boolean> {
    checkKey(key);
    const { events, fence, recent, store } = this.parts;
    const address = { scope, key, id: scope.idOf(key) };
    const settle = fence.invalidateKey(address.id);
    const done = (await attempt(this.parts, scope, 'expire', key, () => store.expire(address, recent()))) !== undefined;
    settle();
    events.expire(scope, { key, ...this.outcome(done) });
    return done;
  }

  async invalidateTags(scope: CacheScope, given: readonly string[]): Promise<boolean> {
    const tags = checkTags(given);
    if (tags.length === 0) return true;
    const settle = this.parts.fence.invalidateTags(scope, tags);
    const complete = await attemptAll(this.parts, scope, 'invalidateTags', () =>
      this.parts.store.invalidateTags(scope, tags),
    );
    settle();
    this.parts.events.invalidate(scope, { by: 'tags', tags, ...this.outcome(complete) });
    return complete;
  }

  async invalidate(scope: CacheScope, pattern: string): Promise<number> {
    if (typeof pattern !== 'string' || pattern === '')
      throw new CacheUsageError('A pattern must be a string that is not empty.');
    const settle = this.parts.fence.invalidateMatching(scope, compileGlob(pattern));
    let removed = 0;
    const complete = await attemptAll(this.parts, scope, 'invalidate', async () => {
      try {
        removed = await this.parts.store.invalidate(scope, pattern);
      } catch (error) {
        if (error instanceof CacheQueuedError) removed = error.removed;
        throw error;
      }
    });
    settle();
    this.parts.events.invalidate(scope, { by: 'pattern', pattern, ...this.outcome(complete) });
    return removed;
  }

  async clear(scope: CacheScope): Promise<boolean> {
    const settle = this.parts.fence.invalidateScope(scope);
    const complete = await attemptAll(this.parts, scope, 'clear', () => this.parts.store.clear(scope));
    settle();
    this.parts.events.invalidate(scope, { by: 'clear', ...this.outcome(complete) });
    return complete;
  }

  private outcome(complete: boolean): { readonly complete: boolean; readonly pending?: number } {
    const { condition } = this.parts.store;
    return complete || !condition ? { complete } : { complete, pending: condition.pending };
  }
}
