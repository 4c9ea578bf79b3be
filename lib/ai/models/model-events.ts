/** Why an instance is not kept any longer. `evicted`: for want of a place. `late`: its load was given up before it was there. */
export type ModelLeaveReason = 'evicted' | 'idle' | 'deleted' | 'replaced' | 'late' | 'shutdown';

/**
 * What has become of an instance. `duration`: milliseconds of the load, or of the disposal.
 *
 * `exceeded`: there are more instances, or heavier ones, than there shall be, and all are in use; told once until it is over.
 * `error`: a disposal failed or took too long, or no weight could be told. No caller hears of that otherwise.
 */
export type ModelEvent =
  | { readonly type: 'load'; readonly key: string; readonly duration: number }
  | { readonly type: 'loadError'; readonly key: string; readonly duration: number; readonly error: unknown }
  | { readonly type: 'evicted'; readonly key: string }
  | { readonly type: 'disposed'; readonly key: string; readonly reason: ModelLeaveReason; readonly duration: number }
  | { readonly type: 'exceeded'; readonly instances: number; readonly bytes: number }
  | { readonly type: 'error'; readonly key: string; readonly operation: 'dispose' | 'size'; readonly error: unknown };

export type ModelEventType = ModelEvent['type'];
export type ModelEventOf<T extends ModelEventType> = Extract<ModelEvent, { type: T }>;

/** What has been counted since the cache was made. */
export interface ModelCounts {
  loads: number;
  hits: number;
  loadErrors: number;
  evictions: number;
  disposed: number;
  disposeErrors: number;
}

/** Counts what happens, and then tells the listeners. A listener that fails fails for itself alone. */
export class ModelEvents {
  readonly counts: ModelCounts = { loads: 0, hits: 0, loadErrors: 0, evictions: 0, disposed: 0, disposeErrors: 0 };
  private readonly listeners = new Map<ModelEventType, Set<(event: ModelEvent) => void>>();

  /** Returns the unsubscribe function. */
  on<T extends ModelEventType>(type: T, listener: (event: ModelEventOf<T>) => void): () => void {
    const set = this.listeners.get(type) ?? new Set();
    // A function of its own: the same listener may be there twice.
    const heard = (event: ModelEvent): void => listener(event as ModelEventOf<T>);
    this.listeners.set(type, set.add(heard));
    return () => void set.delete(heard);
  }

  tell(event: ModelEvent): void {
    this.count(event);
    for (const listener of [...(this.listeners.get(event.type) ?? [])]) {
      try {
        const result: unknown = listener(event);
        if (result instanceof Promise) result.catch(() => {});
      } catch {
        // Its own fault: it must neither fail the caller nor silence the other listeners.
      }
    }
  }

  private count(event: ModelEvent): void {
    const { counts } = this;
    if (event.type === 'load') counts.loads++;
    else if (event.type === 'evicted') counts.evictions++;
    else if (event.type === 'disposed') counts.disposed++;
    else if (event.type === 'error' && event.operation === 'dispose') counts.disposeErrors++;
    else if (event.type === 'loadError') {
      counts.loads++;
      counts.loadErrors++;
    }
  }
}
