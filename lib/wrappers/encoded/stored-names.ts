import { isHashed, nameOf } from '../../support/wire-key.js';
import type { BackendCalls } from './backend-calls.js';
import type { EntryReader } from './entry-reader.js';

/** From wire keys to the logical keys they stand for: most show it, and of a hashed one it stands in the entry. */
export class StoredNames {
  constructor(
    private readonly calls: BackendCalls,
    private readonly reader: EntryReader,
  ) {}

  /** The logical keys that can be told, in no particular order. */
  async of(keys: readonly string[]): Promise<string[]> {
    return [...(await this.read(keys)).values()].filter((name) => name !== undefined);
  }

  /** Which of the wire keys stand for a logical key that matches. */
  async matching(keys: readonly string[], matches: (name: string) => boolean): Promise<string[]> {
    const names = await this.read(keys);
    return keys.filter((key) => {
      const name = names.get(key);
      return name !== undefined && matches(name);
    });
  }

  private async read(keys: readonly string[]): Promise<ReadonlyMap<string, string | undefined>> {
    const hashed = keys.filter(isHashed);
    const bytes = hashed.length === 0 ? [] : await this.calls.getMany(hashed);
    const inside = new Map(hashed.map((key, index) => [key, this.reader.nameIn(key, bytes[index])]));
    return new Map(keys.map((key) => [key, inside.has(key) ? inside.get(key) : nameOf(key)]));
  }
}
