import type { Door } from './door.js';
import { valueIn } from './envelope.js';
import type { Adapter, Keyv } from './keyv-like.js';
import type { ErrorSource } from './reported-errors.js';
import { isNoJson } from './store-error.js';

/** Something is there, which nobody can read. */
const NO_TEXT = Symbol('no text');

/** By way of a Keyv, with its serializer, compression, encryption and namespace. */
export class InstanceDoor implements Door {
  readonly adapter: Adapter;
  readonly sources: readonly ErrorSource[];
  readonly readMany?: Door['readMany'];

  constructor(private readonly keyv: Keyv) {
    this.adapter = keyv.store;
    // The adapter too: with `emitErrors: false` a Keyv of version 5 keeps to itself what its adapter says.
    this.sources = [keyv, keyv.store];
    // Without one of the adapter's own, version 5 takes what fails for what is absent, and says nothing.
    if (typeof keyv.store.getMany === 'function') this.readMany = (keys) => this.#readMany(keys);
  }

  async read(key: string): Promise<unknown> {
    const { keyv } = this;
    try {
      return keyv.getRaw ? valueIn(await keyv.getRaw(key)) : await keyv.get(key);
    } catch (error) {
      if (isNoJson(error)) return NO_TEXT;
      throw error;
    }
  }

  async write(key: string, text: string, ttlMs: number | undefined): Promise<unknown> {
    // 0 is "no end" in both versions; nothing at all would be the Keyv's own default.
    return this.keyv.set(key, text, ttlMs ?? 0);
  }

  async remove(key: string): Promise<unknown> {
    return this.keyv.delete(key);
  }

  async disconnect(): Promise<void> {
    await this.keyv.disconnect();
  }

  async #readMany(keys: string[]): Promise<unknown> {
    try {
      return await this.keyv.getMany(keys);
    } catch (error) {
      // To version 5, one value that cannot be read spoils all that were asked for with it.
      if (isNoJson(error)) return Promise.all(keys.map((key) => this.read(key)));
      throw error;
    }
  }
}
