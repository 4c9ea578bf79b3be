import type { Door } from './door.js';
import { isOver, opened, valueIn, type Envelope } from './envelope.js';
import type { Adapter } from './keyv-like.js';
import type { ErrorSource } from './reported-errors.js';

/** To a storage adapter without a Keyv before it. Writes what a Keyv would: some adapters parse what they hand out. */
export class AdapterDoor implements Door {
  readonly sources: readonly ErrorSource[];
  readonly readMany?: Door['readMany'];

  constructor(readonly adapter: Adapter) {
    this.sources = [adapter];
    if (typeof adapter.getMany === 'function') this.readMany = (keys) => this.#readMany(keys);
  }

  async read(key: string): Promise<unknown> {
    const found = opened(await this.adapter.get(key));
    if (!isOver(found)) return valueIn(found);
    await this.adapter.delete(key);
    return undefined;
  }

  async write(key: string, text: string, ttlMs: number | undefined): Promise<unknown> {
    const expires = ttlMs === undefined ? undefined : Date.now() + ttlMs;
    const envelope: Envelope = { value: text, expires };
    const takesInstants = this.adapter.capabilities?.expires === true;
    return this.adapter.set(key, JSON.stringify(envelope), takesInstants ? expires : ttlMs);
  }

  async remove(key: string): Promise<unknown> {
    return this.adapter.delete(key);
  }

  async disconnect(): Promise<void> {
    await this.adapter.disconnect?.();
  }

  async #readMany(keys: string[]): Promise<unknown> {
    const found = await this.adapter.getMany!(keys);
    if (!Array.isArray(found)) return found;
    return found.map(opened).map((each) => (isOver(each) ? undefined : valueIn(each)));
  }
}
