import type { BackendItem } from '../../contracts/backend.js';
import { CacheBackendError } from '../../support/errors.js';
import { UnremovedError } from './commits.js';
import type { DiskStore } from './disk-store.js';
import { spellKey } from './layout.js';
import type { Contents } from './opened.js';

/** A later end than the numbers of the file can tell is none. */
const LATEST = Number.MAX_SAFE_INTEGER;

/** What goes with a value in the transaction that stores it. */
export interface PutRule {
  /** Whether it may be stored, or take the place of what stands there. */
  readonly may: (file: Contents) => boolean;
  /** What stood there is gone: the value has taken its place, or could not. */
  readonly replaced: (file: Contents) => void;
}

/** Values on their way into the file, and out of it. */
export class DiskWrites {
  constructor(
    private readonly store: DiskStore,
    /** Milliseconds of the wall clock. */
    private readonly now: () => number,
  ) {}

  /** Whether it was stored. When it fails, what stood under the key is gone, or is not served any more. */
  async put({ key, value, ttlMs }: BackendItem, { may, replaced }: PutRule): Promise<boolean> {
    const { store } = this;
    const spelled = spellKey(key);
    const expiresAt = endOf(this.now(), ttlMs);
    const instead = (file: Contents): void => {
      if (!may(file)) return;
      file.entries.remove(spelled.bytes);
      replaced(file);
    };
    const { pages, isTooMuch } = store.weigh(spelled.bytes.length + value.length + (spelled.whole?.length ?? 0));
    if (isTooMuch) {
      await this.#orUnremoved([key], store.change({ pages: 0, run: instead }));
      throw new CacheBackendError(
        `A value of ${value.length} bytes is more than a quarter of what the cache in ${store.directory} may hold (option \`disk.maxBytes\`).`,
      );
    }
    // Its owner may go on with these bytes before they are written.
    const kept = Uint8Array.from(value);
    const run = (file: Contents): boolean => {
      if (!may(file)) return false;
      file.entries.put(spelled, kept, expiresAt);
      replaced(file);
      return true;
    };
    try {
      const stored = await store.change({ pages, instead, run });
      if (stored) store.unremoved.delete(key);
      return stored;
    } catch (error) {
      if (error instanceof UnremovedError) store.unremoved.add(key);
      throw error;
    }
  }

  /** How many there were. What cannot be removed is not served any more. */
  async remove(keys: readonly string[], removed: (file: Contents) => void = () => {}): Promise<number> {
    const { store } = this;
    const now = this.now();
    const spellings = keys.map((key) => spellKey(key).bytes);
    const run = (file: Contents): number => {
      const count = spellings.filter((spelling) => file.entries.remove(spelling, now)).length;
      removed(file);
      return count;
    };
    const count = await this.#orUnremoved(keys, store.change({ pages: 0, run }));
    for (const key of keys) store.unremoved.delete(key);
    return count;
  }

  /** Whether the bytes of an entry that begins as expected were overwritten; its end stays. */
  async patch(
    key: string,
    offset: number,
    bytes: Uint8Array,
    expected: Uint8Array,
    replaced: (file: Contents) => void = () => {},
  ): Promise<boolean> {
    const { store } = this;
    const now = this.now();
    const spelled = spellKey(key);
    const size = store.read(({ entries }) => entries.head(spelled, now))?.size ?? 0;
    return store.change({
      pages: store.weigh(spelled.bytes.length + size + (spelled.whole?.length ?? 0)).pages,
      instead: (file) => {
        file.entries.remove(spelled.bytes);
        replaced(file);
      },
      run: (file) => {
        const found = store.unremoved.has(key) ? undefined : file.entries.find(spelled, now);
        if (!found || !startsWith(found.value, expected)) return false;
        const value = Buffer.alloc(Math.max(found.value.length, offset + bytes.length));
        value.set(found.value);
        value.set(bytes, offset);
        file.entries.put(spelled, value, found.expiresAt);
        replaced(file);
        return true;
      },
    });
  }

  async #orUnremoved<T>(keys: readonly string[], work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      for (const key of keys) this.store.unremoved.add(key);
      throw error;
    }
  }
}

export function endOf(now: number, ttlMs: number | undefined): number {
  const end = ttlMs === undefined ? Infinity : now + ttlMs;
  return end > LATEST ? Infinity : end;
}

function startsWith(value: Buffer, expected: Uint8Array): boolean {
  return value.length >= expected.length && value.subarray(0, expected.length).equals(expected);
}
