import type { Stamp } from '../contracts/entry-store.js';
import type { MaybePromise } from '../contracts/maybe-promise.js';
import type { Lease } from '../contracts/lease.js';
import type { Address } from '../contracts/scope.js';
import type { Budget } from './budget.js';
import type { CacheParts } from './parts.js';
import type { CacheScope } from './scopes.js';

/** What stands between a put and the other processes: taken before its method runs. */
export interface PutPermit {
  readonly lease: Lease;
  /** The versions of before the method, for these tags; `undefined`: nobody can say that none of them was invalidated. */
  stampFor(tags: readonly string[]): MaybePromise<Stamp | undefined>;
}

/** `undefined` when the store did not answer: then what the method returns must not be stored. */
export async function takePutPermit(
  { events, leases, store }: CacheParts,
  at: Address & { readonly scope: CacheScope },
  tags: readonly string[],
  budget: Budget,
): Promise<PutPermit | undefined> {
  const { scope, key } = at;
  try {
    const taken = Promise.all([leases.seize(at), store.stamp(scope, tags)]);
    const [lease, stamp] = await budget.spend(`Taking the lease in ${store.name}`, () => taken);
    const stampFor = (wanted: readonly string[]): MaybePromise<Stamp | undefined> => {
      const extra = wanted.filter((tag) => !tags.includes(tag));
      return extra.length === 0 ? stamp : store.widen(scope, stamp, extra);
    };
    return { lease, stampFor };
  } catch (error) {
    events.error(scope, 'lease', error, key);
    return undefined;
  }
}
