/** What one process tells the others. Names are wire names, never values. */
export type InvalidationMessage =
  | { readonly kind: 'keys'; readonly keys: readonly string[] }
  | { readonly kind: 'versions'; readonly keys: readonly string[] }
  | { readonly kind: 'everything' };

/**
 * How processes tell each other. While `connected` is false nothing may be served from L1: a message may have been
 * missed. `onLost` fires before the first such read; `onBack` after L1 was emptied.
 */
export interface InvalidationBus {
  readonly connected: boolean;
  publish(message: InvalidationMessage): Promise<void>;
  /** Returns the unsubscribe function. */
  subscribe(listener: (message: InvalidationMessage) => void): () => void;
  onLost(listener: () => void): () => void;
  onBack(listener: () => void): () => void;
  close(): Promise<void>;
}

const nothing = (): void => {};

/** A cache that shares nothing has nobody to tell. */
export const nullBus: InvalidationBus = {
  connected: true,
  publish: async () => {},
  subscribe: () => nothing,
  onLost: () => nothing,
  onBack: () => nothing,
  close: async () => {},
};
