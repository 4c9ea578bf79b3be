/**
 * What has become of one question. Holds numbers and names, and nothing of what was asked or answered.
 *
 * `served`: out of the cache, or together with another caller. `generated`: a model was asked, whatever became of the answer.
 * `refused`: an answer was handed out and not stored; `reason` says why.
 */
export interface AiCacheEvent {
  readonly operation: string;
  readonly model: string | undefined;
  readonly tenant: string | undefined;
  /** Of the request and of the answer, where the provider has counted them. */
  readonly tokens?: number;
  /** What they cost, in the currency of the prices; absent without a price for the model. */
  readonly money?: number;
  /** Milliseconds: of a generation how long it took, else how long the caller has waited. */
  readonly duration: number;
  /** Whether the answer stands in the cache, or was given to it. */
  readonly stored: boolean;
  /** Of `refused`, and of the `generated` before it. */
  readonly reason?: string;
}

export type AiCacheEventType = 'served' | 'generated' | 'refused';
export type AiCacheListener = (event: AiCacheEvent) => void;

/** The listeners of one AI cache. A listener that fails fails for itself alone. */
export class AiEvents {
  private readonly listeners: Readonly<Record<AiCacheEventType, Set<AiCacheListener>>> = {
    served: new Set(),
    generated: new Set(),
    refused: new Set(),
  };
  /** Asked at every hit. */
  hearsServed = false;

  /** Returns the unsubscribe function. */
  on(type: AiCacheEventType, listener: AiCacheListener): () => void {
    const set = this.listeners[type];
    // A function of its own: the same listener may be there twice.
    const heard: AiCacheListener = (event) => listener(event);
    set.add(heard);
    this.hearsServed = this.listeners.served.size > 0;
    return () => {
      set.delete(heard);
      this.hearsServed = this.listeners.served.size > 0;
    };
  }

  tell(type: AiCacheEventType, event: AiCacheEvent): void {
    for (const listener of [...this.listeners[type]]) {
      try {
        const result: unknown = listener(event);
        if (result instanceof Promise) result.catch(() => {});
      } catch {
        // Its own fault: it must neither fail the caller nor silence the other listeners.
      }
    }
  }
}
