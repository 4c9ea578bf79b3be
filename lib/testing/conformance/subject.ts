import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { CacheBackend } from '../../contracts/backend.js';
import type { BackendCapability } from '../backend-operation.js';
import type { ConformanceRunner } from './runner.js';

const AT_ONCE = 100;

/** Below the 5 s after which most frameworks end a test, and would not say which operation hangs. */
const DEFAULT_PATIENCE_MS = 3_000;

export type Outcome = 'resolved' | 'rejected' | 'hanging';

/** What the checks need to know beside the backend; `ConformanceOptions` explains each. */
export interface SubjectOptions {
  readonly advance?: (ms: number) => Promise<void>;
  readonly unavailable?: (backend: CacheBackend) => Promise<(() => Promise<void>) | void>;
  readonly maxValueBytes?: number;
  readonly patienceMs?: number;
}

/** The backend under test: a new one for every check, and keys that no other check or run uses. */
export class Subject {
  #backend: CacheBackend | undefined;
  #prefix = '';
  #keys = new Set<string>();

  constructor(
    private readonly create: () => CacheBackend | Promise<CacheBackend>,
    readonly it: ConformanceRunner['it'],
    readonly options: SubjectOptions,
  ) {}

  get backend(): CacheBackend {
    assert.ok(this.#backend, 'the backend under test was not created');
    return this.#backend;
  }

  /** What every key of the running check begins with. */
  get prefix(): string {
    return this.#prefix;
  }

  /** The backend, if it has the optional method; without it there is nothing to check. */
  with<C extends BackendCapability>(capability: C): (CacheBackend & Required<Pick<CacheBackend, C>>) | undefined {
    const { backend } = this;
    return typeof backend[capability] === 'function'
      ? (backend as CacheBackend & Required<Pick<CacheBackend, C>>)
      : undefined;
  }

  /** A key of this check's own; removed from the store when the check is over. */
  key(name: string): string {
    const key = this.#prefix + name;
    assert.ok(Buffer.byteLength(key) <= 250, 'a check made a key of more than 250 bytes');
    this.#keys.add(key);
    return key;
  }

  async open(): Promise<void> {
    this.#keys = new Set();
    this.#prefix = `conformance:${randomBytes(9).toString('hex')}:`;
    this.#backend = await this.create();
  }

  async close(): Promise<void> {
    const backend = this.#backend;
    this.#backend = undefined;
    if (!backend) return;
    // Clearing up after a check: what went wrong was its own to report.
    await this.settled(() => this.atOnce([...this.#keys], (key) => backend.delete(key)));
    await this.settled(() => backend.close());
  }

  /** Runs the work for every item, a hundred at a time: a store over HTTP has no thousands of connections. */
  async atOnce<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
    for (let start = 0; start < items.length; start += AT_ONCE) {
      await Promise.all(items.slice(start, start + AT_ONCE).map(work));
    }
  }

  /** Whether the work resolved, rejected (or threw), or did neither within the suite's patience. */
  async settled(work: () => Promise<unknown>): Promise<Outcome> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<Outcome>((resolve) => {
      timer = setTimeout(() => resolve('hanging'), this.options.patienceMs ?? DEFAULT_PATIENCE_MS);
    });
    const attempt = async (): Promise<Outcome> => {
      try {
        await work();
        return 'resolved';
      } catch {
        return 'rejected';
      }
    };
    try {
      return await Promise.race([attempt(), patience]);
    } finally {
      clearTimeout(timer);
    }
  }
}
