import type { Change, ChangeFeed } from '../../contracts/change-feed.js';
import type { BusMessage, InvalidationBus } from '../../contracts/invalidation-bus.js';
import type { WireNames } from './wire-names.js';

/** From what the bus says in wire keys to what has changed, in the words of the cache. */
export class WireFeed implements ChangeFeed {
  readonly catchUp?: () => void;
  private readonly listeners = new Set<(change: Change) => void>();
  private readonly stop: () => void;

  constructor(
    private readonly bus: InvalidationBus,
    private readonly names: WireNames,
  ) {
    if (bus.catchUp) this.catchUp = () => bus.catchUp!();
    this.stop = bus.listen({
      heard: (message) => this.heard(message),
      lost: () => this.tell({ kind: 'lost' }),
      // Nobody knows what was changed in between.
      back: () => this.tell({ kind: 'everything' }),
    });
  }

  get connected(): boolean {
    return this.bus.connected;
  }

  subscribe(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /**
   * What this process is about to take away, or has taken away, by itself: nobody else tells it, and for what it has read of
   * these keys the server will tell it nothing more.
   */
  own(keys: readonly string[]): void {
    for (const key of keys) {
      const change = this.changeOf(key);
      if (change) this.tell({ ...change, isOwn: true });
    }
  }

  close(): void {
    this.stop();
    this.listeners.clear();
  }

  private heard(message: BusMessage): void {
    if (message.kind === 'everything') return this.tell(message);
    if (message.kind === 'pattern') {
      const { path, pattern } = message;
      return this.tell({ kind: 'pattern', scope: this.names.scopeAt(path), pattern });
    }
    for (const key of message.keys) {
      const change = this.changeOf(key);
      if (change) this.tell(change);
    }
  }

  private changeOf(key: string): Change | undefined {
    const named = this.names.read(key);
    if (named === undefined) return undefined;
    // Somebody else's key may be as long as ours; it is the safe side to think that it was ours.
    if (named === 'unknown') return { kind: 'everything' };
    const { scope, name } = named;
    switch (named.kind) {
      case 'v':
        return { kind: 'value', id: scope.idOf(name) };
      case 'l':
        return { kind: 'lease', id: scope.idOf(name) };
      case 's':
        return { kind: 'scope', scope };
      case 't':
        return name === '' ? { kind: 'anyTag', scope } : { kind: 'tag', scope, tag: name };
    }
  }

  private tell(change: Change): void {
    for (const listener of this.listeners) listener(change);
  }
}
