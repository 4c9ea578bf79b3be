/** Work that comes up here and there at almost the same time, done together. */
export class Gathering<T> {
  private waiting: { items: T[]; done: Promise<void> } | undefined;

  constructor(private readonly work: (items: readonly T[]) => Promise<void>) {}

  /** Resolves when the item was worked on, together with those that came in the same turn of the event loop. */
  add(item: T): Promise<void> {
    if (this.waiting) {
      this.waiting.items.push(item);
      return this.waiting.done;
    }
    const items = [item];
    const done = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      this.waiting = undefined;
      return this.work(items);
    });
    this.waiting = { items, done };
    return done;
  }
}
