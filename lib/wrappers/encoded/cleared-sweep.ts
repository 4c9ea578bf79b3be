import type { Scope } from '../../contracts/scope.js';
import type { BackendCalls } from './backend-calls.js';
import type { EntryReader } from './entry-reader.js';
import type { StoredVersions } from './stored-versions.js';
import type { Sweeper } from './sweeper.js';
import type { ValueWrites } from './value-writes.js';

/** Gives back the room of entries that a clear has made invalid. Nobody waits for it, and nothing depends on it. */
export class ClearedSweep {
  /** Paths that are being swept, and whether they have been cleared again since. */
  private readonly sweeping = new Map<string, boolean>();

  constructor(
    private readonly calls: BackendCalls,
    private readonly versions: StoredVersions,
    private readonly writes: ValueWrites,
    private readonly reader: EntryReader,
    private readonly sweeper: Sweeper,
    private readonly onError: (operation: string, error: unknown) => void,
  ) {}

  /** One sweep of a scope at a time; clears that come meanwhile have one more together. Never rejects. */
  async run(scope: Scope): Promise<void> {
    const { path } = scope;
    if (this.sweeping.has(path)) return void this.sweeping.set(path, true);
    do {
      this.sweeping.set(path, false);
      await this.sweep(scope);
    } while (this.sweeping.get(path));
    this.sweeping.delete(path);
  }

  private async sweep(scope: Scope): Promise<void> {
    const watch = this.writes.watch();
    try {
      await this.sweeper.sweepBelow(scope.path, async (keys) => {
        const [versions, bytes] = await Promise.all([this.versions.read(scope, []), this.calls.getMany(keys)]);
        const present = versions.scopes.get(scope.path)?.version;
        return keys.filter((key, index) => {
          const version = this.reader.versionIn(key, bytes[index], scope.path);
          // What cannot be read may be somebody else's, and is served to nobody: it stays.
          return version !== undefined && version !== present && !watch.keys.has(key) && !watch.full();
        });
      });
    } catch (error) {
      this.onError('sweep', error);
    } finally {
      watch.close();
    }
  }
}
