import type { Lookup, Stamp } from '../contracts/entry-store.js';
import type { MaybePromise } from '../contracts/maybe-promise.js';
import { OverdueError } from '../support/overdue-error.js';
import type { Budget } from './budget.js';
import type { CacheParts } from './parts.js';
import type { CacheScope } from './scopes.js';
import { servesAside } from './serves-aside.js';
import type { Address } from '../contracts/scope.js';

type At = Address & { readonly scope: CacheScope };

/** A look-up that fails is a miss, and an event; so is one that finds bytes it cannot read. */
export async function lookUp(
  { store, events, looks }: CacheParts,
  at: At,
  tags: readonly string[],
  budget: Budget,
): Promise<Lookup | undefined> {
  try {
    const operation = `Looking up in ${store.name}`;
    const lookup = looks.isOn
      ? await budget.spendLimited(operation, () => looks.look(at, tags))
      : await budget.spend(operation, () => store.look(at, tags));
    if (lookup.error) events.error(at.scope, 'decode', lookup.error, at.key);
    return lookup;
  } catch (error) {
    events.error(at.scope, 'look', error, at.key);
    return undefined;
  }
}

/** The same for many keys of one scope. `undefined` for all, or for the one that could not be asked for. */
export async function lookUpMany(
  parts: CacheParts,
  scope: CacheScope,
  keys: readonly string[],
  tags: readonly string[],
  budget: Budget,
  maxLooks?: number,
): Promise<readonly (Lookup | undefined)[] | undefined> {
  if (keys.length === 0) return [];
  const { store, events } = parts;
  const addresses = keys.map((key) => ({ scope, key, id: scope.idOf(key) }));
  try {
    const lookups = await budget.spend(`Looking up in ${store.name}`, () => lookAll(parts, addresses, tags, maxLooks));
    for (let at = 0; at < lookups.length; at++) {
      const { error } = lookups[at]!;
      if (error) events.error(scope, 'decode', error, keys[at]);
    }
    return lookups;
  } catch (error) {
    // One that cannot be asked for now is no reason to do without the others.
    if (error instanceof OverdueError && keys.length > 1) {
      return Promise.all(addresses.map((at) => lookUp(parts, at, tags, budget)));
    }
    events.error(scope, 'look', error);
    return undefined;
  }
}

/** Where that is quicker, as several questions. */
function lookAll(
  { store, looks }: CacheParts,
  addresses: readonly Address[],
  tags: readonly string[],
  maxLooks: number | undefined,
): MaybePromise<Lookup[]> {
  const slices = store.gathers === 'all' ? looks.slicesOf(addresses, maxLooks) : [addresses];
  if (slices.length === 1) return store.lookMany(addresses, tags);
  return Promise.all(slices.map(async (slice) => store.lookMany(slice, tags))).then((lookups) => lookups.flat());
}

/** The fence of a load in the store. Without one the value is loaded all the same, and not stored. */
export async function takeStamp(
  { store, events }: CacheParts,
  scope: CacheScope,
  tags: readonly string[],
  lookup: Lookup | undefined,
  budget: Budget,
  key?: string,
): Promise<Stamp | undefined> {
  if (budget.exhausted && !servesAside(store)) return undefined;
  try {
    return await budget.spend(`Reading versions in ${store.name}`, () => store.stamp(scope, tags, lookup));
  } catch (error) {
    events.error(scope, 'stamp', error, key);
    return undefined;
  }
}
