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

/** `full`: it takes nothing in. */
export type ServerVerdict = 'same' | 'changed' | 'full';

/** Replies with which a server says that it will not tell who it is, now or ever. */
const WILL_NOT_TELL = /\b(NOPERM|unknown command|does not say)\b/i;

/** Whether the server may be read. */
export class ServerCheck {
  /** One question at a time, however often it is asked: one that is frozen would else be sent more and more of them. */
  private asking: Promise<ServerVerdict> | undefined;
  /** What a server is called that does not say who it is: over the same connections it is the same one. */
  private anonymous: string | undefined;
  private reported = false;
  private readonly unwatch: (() => void) | undefined;

  constructor(private readonly parts: ServerCheckParts) {
    this.unwatch = parts.link?.watch({ lost: () => (this.anonymous = undefined), ready: () => {} });
  }

  /** `changed`: another one than before, so that everything stored before is invalid now. Rejects when it is of no use. */
  async run(): Promise<ServerVerdict> {
    const asking = (this.asking ??= this.ask());
    return this.parts.calls.limited('verify', () => asking);
  }

  close(): void {
    this.unwatch?.();
  }

  private async ask(): Promise<ServerVerdict> {
    try {
      return await this.check();
    } finally {
      this.asking = undefined;
    }
  }

  private async check(): Promise<ServerVerdict> {
    const { calls, rootPath, onCleared, writes } = this.parts;
    const { fleet } = calls;
    if (!fleet) {
      await calls.backend.ping();
      return 'same';
    }
    const server = await this.identify();
    const key = scopeKey(rootPath);
    const record = { key: siblingKey(key, 'r'), server };
    let changed = false;
    try {
      const recognized = async (): Promise<void> => {
        const bytes = encodeScopeRecord(writes.freshScope());
        changed = await fleet.recognize({ ...record, version: { key, bytes, ttlMs: undefined } });
      };
      await writes.rewrite([key], recognized, Infinity);
    } catch (error) {
      if (/\bOOM\b/.test(messageOf(error))) return 'full';
      throw error;
    }
    if (changed) onCleared();
    return changed ? 'changed' : 'same';
  }

  /** Whoever must not ask may have missed any number of restarts. */
  private async identify(): Promise<string> {
    const { link, onError, onServerChange, random } = this.parts;
    if (!link || onServerChange === 'trust') return '';
    try {
      return await link.identify();
    } catch (error) {
      if (!WILL_NOT_TELL.test(messageOf(error))) throw error;
      if (!this.reported) onError('identify', error);
      this.reported = true;
      return (this.anonymous ??= random.id());
    }
  }
}
