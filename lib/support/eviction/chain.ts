/** What hangs in a chain, with its own place in it. */
export interface Link<L> {
  older: L | undefined;
  newer: L | undefined;
}

/** Links in the order in which they were put in, each taken out in O(1) wherever it hangs. */
export class Chain<L extends Link<L>> {
  oldest: L | undefined;
  private newest: L | undefined;

  /** At the end of the newest. It must hang nowhere. */
  add(link: L): void {
    link.older = this.newest;
    if (this.newest) this.newest.newer = link;
    else this.oldest = link;
    this.newest = link;
  }

  /** It must hang here. */
  take(link: L): void {
    const { older, newer } = link;
    if (older) older.newer = newer;
    else this.oldest = newer;
    if (newer) newer.older = older;
    else this.newest = older;
    link.older = undefined;
    link.newer = undefined;
  }

  /** Those that hang there stay linked to one another, and are to be forgotten. */
  clear(): void {
    this.oldest = undefined;
    this.newest = undefined;
  }

  /** The oldest first. */
  *[Symbol.iterator](): IterableIterator<L> {
    for (let link = this.oldest; link; link = link.newer) yield link;
  }
}
