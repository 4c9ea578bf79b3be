import type { BackendItem } from '../contracts/backend.js';
import { MapBackend } from './map.backend.js';

/** A {@link MapBackend} with every optional method a backend may have. */
export class CapableMapBackend extends MapBackend {
  override readonly name: string = 'capable-map';

  override async *scan(prefix: string): AsyncIterable<string> {
    for (const key of this.entries.keys()) {
      if (key.startsWith(prefix) && this.live(key)) yield key;
    }
  }

  override async getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    return Promise.all(keys.map((key) => this.get(key)));
  }

  override async setMany(entries: readonly BackendItem[]): Promise<void> {
    await Promise.all(entries.map((entry) => this.set(entry.key, entry.value, entry.ttlMs)));
  }

  override async deleteMany(keys: readonly string[]): Promise<number> {
    const existed = await Promise.all(keys.map((key) => this.delete(key)));
    return existed.filter(Boolean).length;
  }

  override async touch(key: string, ttlMs: number): Promise<void> {
    const stored = this.live(key);
    if (!stored) return;
    const expiresAt = Math.max(stored.expiresAt, this.clock.now() + ttlMs);
    this.entries.set(key, { bytes: stored.bytes, expiresAt });
  }

  override async patch(key: string, offset: number, bytes: Uint8Array, expected: Uint8Array): Promise<boolean> {
    const stored = this.live(key);
    if (!stored || stored.bytes.length < expected.length) return false;
    if (!expected.every((byte, index) => stored.bytes[index] === byte)) return false;
    stored.bytes.set(bytes, offset);
    return true;
  }
}
