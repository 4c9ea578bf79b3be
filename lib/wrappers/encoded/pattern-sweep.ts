import type { Scope } from '../../contracts/scope.js';
import { compileGlob } from '../../support/glob.js';
import { isHashed, nameOf, siblingKey, valuePrefix } from '../../support/wire-key.js';
import type { BackendCalls } from './backend-calls.js';
import type { StoredNames } from './stored-names.js';
import type { Sweeper } from './sweeper.js';
import type { ValueWrites } from './value-writes.js';

/** Takes the keys of a scope away that match a pattern, on backends that can list their keys. */
export class PatternSweep {
  constructor(
    private readonly calls: BackendCalls,
    private readonly writes: ValueWrites,
    private readonly names: StoredNames,
    private readonly sweeper: Sweeper,
  ) {}

  /**
   * First the leases of the keys that match, then their values. The interleaving that one sweep alone would miss:
   *
   *     B: invalidate(*): the sweep has passed the place of k, where there is nothing
   *     A:                                                       fills k with what it loaded before
   *     B:                                                                                         resolves
   *
   * When the first sweep is through, every load of before has either filled its key, which the second then finds, or has
   * lost its lease, and will be refused.
   */
  async run(scope: Scope, pattern: string): Promise<number> {
    const { fleet } = this.calls;
    const matches = compileGlob(pattern);
    const prefix = valuePrefix(scope.path);
    if (fleet) await this.fellLeases(siblingKey(prefix, 'l'), matches);
    // A fill that is on its way would land behind the sweep: its key is removed by name, whatever becomes of it.
    const landing = this.writes.landing(prefix, matches);
    const [swept] = await Promise.all([
      this.sweeper.sweep(prefix, (keys) => this.names.matching(keys, matches)),
      landing.length > 0 ? this.writes.removeAll(landing) : 0,
    ]);
    if (fleet) await this.calls.limited('tell', () => fleet.tellPattern(scope.path, pattern));
    return swept;
  }

  private async fellLeases(prefix: string, matches: (name: string) => boolean): Promise<void> {
    const { calls } = this;
    for await (const keys of this.sweeper.batches(prefix)) {
      // Of a hashed name nobody can say whether it matches; the load of one that does not is loaded once more.
      const concerned = keys.filter((key) => isHashed(key) || matches(nameOf(key) ?? ''));
      if (concerned.length > 0) await calls.limited('lease', () => calls.fellLeases(concerned));
    }
  }
}
