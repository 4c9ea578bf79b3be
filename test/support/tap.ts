import { deferred, type Deferred } from './deferred.js';

/** A stream whose every item the test lets through by hand. */
export class Tap<T> implements AsyncIterable<T> {
  /** How often it was opened, asked for an item, and told that nobody wants more. */
  opened = 0;
  asked = 0;
  returned = 0;
  private readonly items: (IteratorResult<T, undefined> | { readonly error: unknown })[] = [];
  private waiting: Deferred<IteratorResult<T, undefined>> | undefined;

  emit(...values: T[]): this {
    for (const value of values) this.push({ done: false, value });
    return this;
  }

  end(): this {
    return this.push({ done: true, value: undefined });
  }

  fail(error: unknown): this {
    return this.push({ error });
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    this.opened++;
    return {
      next: () => {
        this.asked++;
        this.waiting = deferred();
        this.flow();
        return this.waiting?.promise ?? this.answered!;
      },
      return: async () => {
        this.returned++;
        return { done: true, value: undefined };
      },
    };
  }

  private answered: Promise<IteratorResult<T, undefined>> | undefined;

  private push(result: IteratorResult<T, undefined> | { readonly error: unknown }): this {
    this.items.push(result);
    this.flow();
    return this;
  }

  private flow(): void {
    const { waiting } = this;
    const [item] = this.items;
    if (waiting === undefined || item === undefined) return;
    this.items.shift();
    this.waiting = undefined;
    this.answered = waiting.promise;
    if ('error' in item) waiting.reject(item.error);
    else waiting.resolve(item);
  }
}

/** All items, as an array. */
export async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

/** The next items, one after the other. */
export async function take<T>(stream: AsyncIterator<T, undefined>, count: number): Promise<T[]> {
  const items: T[] = [];
  for (let nth = 0; nth < count; nth++) {
    const { done, value } = await stream.next();
    if (done) throw new Error(`The stream has ended after ${nth} items.`);
    items.push(value);
  }
  return items;
}
