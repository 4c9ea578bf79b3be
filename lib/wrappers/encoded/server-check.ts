import type { Random } from '../../contracts/clock.js';
import type { ServerLink } from '../../contracts/server-link.js';
import { messageOf } from '../../support/message-of.js';
import { siblingKey } from '../../support/wire-key.js';
import type { BackendCalls } from './backend-calls.js';
import { encodeScopeRecord } from './version-record.js';
import { scopeKey, type VersionWrites } from './version-writes.js';

export interface ServerCheckParts {
  readonly calls: BackendCalls;
  readonly writes: VersionWrites;
  readonly random: Random;
  /** The path of the cache's own namespace. */
  readonly rootPath: string;
  /** Absent, or `trust`: whoever answers is believed to know everything. */
  readonly link: ServerLink | undefined;
  readonly onServerChange: 'clear' | 'trust';
  /** The whole namespace was made invalid. */
  readonly onCleared: () => void;
  readonly onError: (operation: string, error: unknown) => void;
}

/** Whether the server may be read. */
export class ServerCheck {
  private reported = false;

  constructor(private readonly parts: ServerCheckParts) {}

  /**
   * `changed`: another one than before, so that everything stored before is invalid now. `full`: it takes nothing in. Rejects
   * when it is of no use.
   */
  async run(): Promise<'same' | 'changed' | 'full'> {
    const { calls, rootPath, writes } = this.parts;
    const { fleet } = calls;
    if (!fleet) {
      await calls.limited('ping', () => calls.backend.ping());
      return 'same';
    }
    const server = await this.identify();
    const key = scopeKey(rootPath);
    const record = { key: siblingKey(key, 'r'), server };
    let changed = false;
    try {
      await writes.rewrite([key], async () => {
        const bytes = encodeScopeRecord(writes.freshScope());
        changed = await fleet.recognize({ ...record, version: { key, bytes, ttlMs: undefined } });
      });
    } catch (error) {
      if (/\bOOM\b/.test(messageOf(error))) return 'full';
      throw error;
    }
    if (changed) this.parts.onCleared();
    return changed ? 'changed' : 'same';
  }

  /** Whoever must not ask may have missed any number of restarts. */
  private async identify(): Promise<string> {
    const { calls, link, onError, onServerChange, random } = this.parts;
    if (!link || onServerChange === 'trust') return '';
    try {
      return await calls.limited('identify', () => link.identify());
    } catch (error) {
      if (!/\bNOPERM\b/.test(messageOf(error))) throw error;
      if (!this.reported) onError('identify', error);
      this.reported = true;
      return random.id();
    }
  }
}
