import { Buffer } from 'node:buffer';
import {
  WITNESS_LENGTH,
  type FleetCommands,
  type LeaseAnswer,
  type LeaseRequest,
  type ServerRecord,
  type SharedItem,
  type SharedKey,
  type SharedRecord,
  type TagCounter,
} from '../../contracts/fleet.js';
import type { DiskStore } from './disk-store.js';
import { DiskRecords } from './disk-records.js';
import { DiskWrites } from './disk-writes.js';
import { spellKey } from './layout.js';
import type { Contents } from './opened.js';

const NOTHING = Buffer.alloc(0);
/** How many leases fit on a page at the least. */
const LEASES_OF_A_PAGE = 12;
/** How many keys are told one by one. More of them at once would push everything else out of the log. */
const MOST_TOLD = 250;

export interface DiskFleetParts {
  readonly store: DiskStore;
  /** By which its own changes are told from those of others. */
  readonly sender: string;
  /** Milliseconds of the wall clock, by which entries end. */
  readonly now: () => number;
  /** Milliseconds of the machine's own clock, by which leases end. */
  readonly upTime: () => number;
}

/**
 * The fleet's commands on a file: each is one transaction, of which there is one at a time among all processes. The change and
 * the word of it are committed together.
 */
export class DiskFleet implements FleetCommands {
  readonly #writes: DiskWrites;
  readonly #records: DiskRecords;

  constructor(private readonly parts: DiskFleetParts) {
    this.#writes = new DiskWrites(parts.store, parts.now);
    this.#records = new DiskRecords(parts.store, parts.now, (file, keys) => this.#tell(file, keys));
  }

  /** Whoever has to wait, or to look again, is told so without a transaction. */
  async lease(requests: readonly LeaseRequest[], ttlMs: number): Promise<LeaseAnswer[]> {
    const { store, upTime } = this.parts;
    const answers = store.read((file) => requests.map((request) => this.#answer(file, request)));
    const free = answers.flatMap((answer, index) => (answer === 'granted' ? [index] : []));
    if (free.length === 0) return answers;
    const granted = await store.change({
      pages: Math.ceil(free.length / LEASES_OF_A_PAGE),
      run: (file) => {
        file.leases.sweep(upTime());
        return free.map((index) => this.#take(file, requests[index]!, ttlMs));
      },
    });
    free.forEach((index, at) => (answers[index] = granted[at]!));
    return answers;
  }

  async seize({ lease }: SharedKey, token: string, ttlMs: number): Promise<void> {
    const { store, upTime } = this.parts;
    await store.change({ pages: 1, run: ({ leases }) => leases.give(lease, token, ttlMs, upTime()) });
  }

  extend({ lease }: SharedKey, token: string, ttlMs: number): Promise<boolean> {
    const run = (file: Contents): boolean => {
      const bears = this.#bears(file, lease, token);
      if (bears) file.leases.give(lease, token, ttlMs, this.parts.upTime());
      return bears;
    };
    return this.parts.store.change({ pages: 0, run });
  }

  /** Those who wait for it look at it themselves. */
  async release({ lease }: SharedKey, token: string): Promise<void> {
    const { store } = this.parts;
    if (!store.read((file) => this.#bears(file, lease, token))) return;
    const run = (file: Contents): void => {
      if (this.#bears(file, lease, token)) file.leases.remove(lease);
    };
    await store.change({ pages: 0, run });
  }

  store({ value: key, lease, bytes, ttlMs, token, isPut }: SharedItem): Promise<boolean> {
    const item = { key, value: bytes, ttlMs };
    const replaced = (file: Contents): void => {
      file.leases.remove(lease);
      if (token === undefined || isPut) this.#tell(file, [key]);
    };
    const may = (file: Contents): boolean => token === undefined || this.#bears(file, lease, token);
    return this.#writes.put(item, { may, replaced });
  }

  remove(keys: readonly SharedKey[]): Promise<number> {
    const values = keys.map(({ value }) => value);
    return this.#writes.remove(values, (file) => {
      for (const { lease } of keys) file.leases.remove(lease);
      this.#tell(file, values);
    });
  }

  patch({ value, lease }: SharedKey, offset: number, bytes: Uint8Array, expected: Uint8Array): Promise<boolean> {
    return this.#writes.patch(value, offset, bytes, expected, (file) => {
      file.leases.remove(lease);
      this.#tell(file, [value]);
    });
  }

  async fell(leases: readonly string[]): Promise<void> {
    await this.parts.store.change({ pages: 0, run: (file) => leases.forEach((lease) => file.leases.remove(lease)) });
  }

  bump(records: readonly SharedRecord[]): Promise<void> {
    return this.#records.bump(records);
  }

  bumpTags(counter: TagCounter, records: readonly SharedRecord[]): Promise<void> {
    return this.#records.bumpTags(counter, records);
  }

  ensure(records: readonly SharedRecord[]): Promise<Uint8Array[]> {
    return this.#records.ensure(records);
  }

  recognize(record: ServerRecord): Promise<boolean> {
    return this.#records.recognize(record);
  }

  async tellPattern(path: string, pattern: string): Promise<void> {
    const { sender, store } = this.parts;
    await store.change({ pages: 0, run: ({ changes }) => changes.append({ kind: 'pattern', sender, path, pattern }) });
  }

  #answer(file: Contents, { value, lease, seen }: LeaseRequest): LeaseAnswer {
    if (!this.#witness(file, value, seen).equals(seen)) return 'changed';
    return file.leases.bearer(lease, this.parts.upTime()) === undefined ? 'granted' : 'taken';
  }

  /** What a look at the value would have seen. */
  #witness({ entries }: Contents, value: string, seen: Uint8Array): Buffer {
    const { now, store } = this.parts;
    if (store.unremoved.has(value)) return NOTHING;
    const key = spellKey(value);
    const stands = entries.beginning(key, WITNESS_LENGTH, now());
    // A value of which a part is missing has a beginning, and is none: whoever sees nothing would look again and again.
    return stands && (seen.length > 0 || entries.find(key, now())) ? stands : NOTHING;
  }

  #take(file: Contents, request: LeaseRequest, ttlMs: number): LeaseAnswer {
    const answer = this.#answer(file, request);
    if (answer === 'granted') file.leases.give(request.lease, request.token, ttlMs, this.parts.upTime());
    return answer;
  }

  #bears({ leases }: Contents, lease: string, token: string): boolean {
    return leases.bearer(lease, this.parts.upTime()) === token;
  }

  #tell({ changes }: Contents, keys: readonly string[]): void {
    const { sender } = this.parts;
    if (keys.length > MOST_TOLD) return changes.append({ kind: 'everything', sender });
    for (const key of keys) changes.append({ kind: 'key', sender, key });
  }
}
