import { siblingKey } from '../../support/wire-key.js';
import { spellKey } from './layout.js';
import type { Contents } from './opened.js';

/** How many are told apart. */
const MOST = 10_000;

/** Keys whose old value should have gone and could not, because the disk took nothing: it is served no more. */
export class UnremovedKeys {
  readonly #keys = new Set<string>();
  #isOverfull = false;

  /** There are too many to tell apart: nothing is served until everything is gone. */
  get isOverfull(): boolean {
    return this.#isOverfull;
  }

  has(key: string): boolean {
    return this.#isOverfull || (this.#keys.size > 0 && this.#keys.has(key));
  }

  add(key: string): void {
    if (this.#keys.size >= MOST) this.#isOverfull = true;
    else this.#keys.add(key);
  }

  /** It is gone after all, or another value has taken its place. */
  delete(key: string): void {
    this.#keys.delete(key);
  }

  /** Makes up for it. @param change Does the work in a transaction. */
  async removeLeft(change: <T>(work: (file: Contents) => T) => Promise<T>): Promise<void> {
    if (this.#isOverfull) {
      while ((await change(emptyInPart)) > 0);
      this.#keys.clear();
      this.#isOverfull = false;
    } else if (this.#keys.size > 0) {
      const keys = [...this.#keys];
      await change((file) => keys.forEach((key) => takeAway(file, key)));
      for (const key of keys) this.#keys.delete(key);
    }
  }
}

/** How many entries were removed. */
function emptyInPart({ entries, changes }: Contents): number {
  changes.append({ kind: 'everything', sender: '' });
  return entries.evict(500, () => {});
}

/** As if it was done when it was asked for: what others have loaded of it since must not be stored, or kept. */
function takeAway({ entries, leases, changes }: Contents, key: string): void {
  entries.remove(spellKey(key).bytes);
  leases.remove(siblingKey(key, 'l'));
  changes.append({ kind: 'key', sender: '', key });
}
