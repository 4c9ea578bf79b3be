import type { Scope } from './scope.js';

/** What was changed, in the words of the cache. `isOwn`: by this process, of which nobody else tells it. */
export type Change = Changed & { readonly isOwn?: true };

/** `id` is `scope.idOf(key)`. */
type Changed =
  /** The entry is another one, or gone. */
  | { readonly kind: 'value'; readonly id: string }
  /** The lease of the key's load was given back, taken away, or has run out. */
  | { readonly kind: 'lease'; readonly id: string }
  | { readonly kind: 'tag'; readonly scope: Scope; readonly tag: string }
  /** Some tag of the scope, nobody says which. Comes before the tag's own change, if that comes at all. */
  | { readonly kind: 'anyTag'; readonly scope: Scope }
  /** The scope was cleared, and with it all below. */
  | { readonly kind: 'scope'; readonly scope: Scope }
  | { readonly kind: 'pattern'; readonly scope: Scope; readonly pattern: string }
  /** Nobody knows what. */
  | { readonly kind: 'everything' }
  /** From now on changes may go unheard, until one of kind `everything` says that they are heard again. */
  | { readonly kind: 'lost' };

/** How a store tells the engine of other processes. Listeners are called in the order they subscribed. */
export interface ChangeFeed {
  /** While false, changes may go unheard. */
  readonly connected: boolean;
  /** Returns the unsubscribe function. */
  subscribe(listener: (change: Change) => void): () => void;
  /** Tells of every change that was through by now, before it returns; absent where changes come by themselves alone. */
  readonly catchUp?: (() => void) | undefined;
}

const nothing = (): void => {};

/** There are no other processes, or nobody wants to hear of them. */
export const nullFeed: ChangeFeed = { connected: true, subscribe: () => nothing };
