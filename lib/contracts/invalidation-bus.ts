/** What is heard of other processes. Keys are wire keys of any kind: values, leases, versions of tags and scopes. */
export type BusMessage =
  | { readonly kind: 'keys'; readonly keys: readonly string[] }
  | { readonly kind: 'pattern'; readonly path: string; readonly pattern: string }
  | { readonly kind: 'everything' };

export interface BusListener {
  /** Something was changed by another process. Called in the order of the changes. */
  heard(message: BusMessage): void;
  /** From now on changes may go unheard. */
  lost(): void;
  /** From now on every change is heard again; those in between were not. */
  back(): void;
}

/**
 * How a process hears of the others' changes. While `connected` is false nothing that was read may be kept: a change of
 * it may go unheard.
 */
export interface InvalidationBus {
  readonly connected: boolean;
  /** How it works at present; `undefined` while nothing has been agreed with the server. */
  readonly mode: 'tracking' | 'pubsub' | 'log' | 'none' | undefined;
  /** Returns the unsubscribe function. */
  listen(listener: BusListener): () => void;
  /**
   * Tells the listeners, before it returns, of every change that was through by now. Only where that takes a look and no
   * message: then whoever calls it before it reads in the process never reads what was invalidated before.
   */
  catchUp?(): void;
  /**
   * Sees to it that the end of this lease is heard, as a message with its key, until the returned function is called.
   * As soon as it is heard for certain, one such message is given out too: it may have ended before.
   */
  attend(leaseKey: string): () => void;
  /** Resolves when every change that was made before the call has been heard. Rejects when the channel is not there. */
  barrier(): Promise<void>;
  close(): Promise<void>;
}

const nothing = (): void => {};

/** A cache that shares nothing, or was asked not to listen, hears nothing, and keeps what it has read. */
export const nullBus: InvalidationBus = {
  connected: true,
  mode: 'none',
  listen: () => nothing,
  attend: () => nothing,
  barrier: async () => {},
  close: async () => {},
};
