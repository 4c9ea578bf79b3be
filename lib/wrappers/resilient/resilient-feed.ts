import type { Change, ChangeFeed } from '../../contracts/change-feed.js';

/**
 * The server's feed. In an outage each process serves what is its own, so that nobody has to be heard; what still is concerns
 * the fallback and running loads all the same. At the end everything counts as changed, since most of it went unheard:
 *
 *     A: load(k) begins, in the outage, and reads the old row
 *     B:                    delete(k) -> queued; the server returns, and B replays it
 *     A:                                                             is back: get(k) would join that load
 */
export class ResilientFeed implements ChangeFeed {
  private readonly listeners = new Set<(change: Change) => void>();

  constructor(
    private readonly feed: ChangeFeed,
    private readonly isAway: () => boolean,
    heard: (change: Change) => void,
  ) {
    feed.subscribe((change) => {
      heard(change);
      if (change.kind !== 'lost' || !isAway()) this.tell(change);
    });
  }

  get connected(): boolean {
    return this.isAway() || this.feed.connected;
  }

  subscribe(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** The server is read again. */
  back(): void {
    this.tell({ kind: 'everything' });
    if (!this.feed.connected) this.tell({ kind: 'lost' });
  }

  private tell(change: Change): void {
    for (const listener of this.listeners) listener(change);
  }
}
