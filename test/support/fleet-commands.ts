import { Buffer } from 'node:buffer';
import {
  MARK_LENGTH,
  MAX_MARKS,
  WITNESS_LENGTH,
  type FleetCommands,
  type LeaseAnswer,
  type LeaseRequest,
  type ServerRecord,
  type SharedItem,
  type SharedKey,
  type SharedRecord,
  type TagCounter,
} from '../../lib/contracts/fleet.js';
import { same, type FleetView } from './fleet-keyspace.js';
import type { FleetLine } from './fleet-line.js';

const NOTHING = new Uint8Array(0);

/** The fleet's commands of one client, as scripts on the server would do them: each is one step. */
export class FleetScripts implements FleetCommands {
  constructor(
    private readonly line: FleetLine,
    private readonly view: FleetView,
  ) {}

  lease(requests: readonly LeaseRequest[], ttlMs: number): Promise<LeaseAnswer[]> {
    const asked = structuredClone(requests);
    return this.line.send('lease', names(asked), () => asked.map((request) => this.#lease(request, ttlMs)));
  }

  seize(key: SharedKey, token: string, ttlMs: number): Promise<void> {
    return this.line.send('seize', names([key]), () => {
      this.view.write(key.lease, Buffer.from(token), ttlMs);
      this.view.reread(key.lease);
    });
  }

  extend(key: SharedKey, token: string, ttlMs: number): Promise<boolean> {
    return this.line.send('extend', names([key]), () => {
      this.view.read(key.lease);
      if (!this.#bears(key, token)) return false;
      this.view.prolong(key.lease, ttlMs);
      this.view.reread(key.lease);
      return true;
    });
  }

  release(key: SharedKey, token: string): Promise<void> {
    return this.line.send('release', names([key]), () => {
      if (this.#bears(key, token)) this.#end(key.lease);
    });
  }

  store(item: SharedItem): Promise<boolean> {
    const { token } = item;
    const bytes = Uint8Array.from(item.bytes);
    if (token === undefined) return this.line.send('put', names([item]), () => this.#put(item, bytes));
    return this.line.send('fill', names([item]), () => {
      if (this.view.fault !== 'fence' && !this.#bears(item, token)) return false;
      this.view.write(item.value, bytes, item.ttlMs);
      this.#end(item.lease);
      this.view.reread(item.value);
      if (item.isPut) this.#tell(names([item]));
      return true;
    });
  }

  remove(keys: readonly SharedKey[]): Promise<number> {
    const doomed = [...keys];
    return this.line.send('remove', names(doomed), () => {
      const existed = doomed.filter((key) => this.view.remove(key.value)).length;
      for (const key of doomed) this.view.remove(key.lease);
      this.#tell(names(doomed));
      return existed;
    });
  }

  patch(key: SharedKey, offset: number, bytes: Uint8Array, expected: Uint8Array): Promise<boolean> {
    const given = Uint8Array.from(bytes);
    const wanted = Uint8Array.from(expected);
    return this.line.send('patch', names([key]), () => {
      if (!this.view.overwrite(key.value, offset, given, wanted)) return false;
      this.view.remove(key.lease);
      this.view.reread(key.value);
      this.#tell(names([key]));
      return true;
    });
  }

  fell(leases: readonly string[]): Promise<void> {
    const doomed = [...leases];
    return this.line.send('fell', doomed, () => {
      for (const lease of doomed) this.#end(lease);
    });
  }

  bump(records: readonly SharedRecord[]): Promise<void> {
    const given = structuredClone(records);
    const keys = given.map(({ key }) => key);
    return this.line.send('bump', keys, () => {
      for (const { key, bytes, ttlMs } of given) this.view.write(key, bytes, ttlMs);
      for (const key of keys) this.view.reread(key);
      this.#tell(keys);
    });
  }

  bumpTags({ key, epoch, marks }: TagCounter, records: readonly SharedRecord[]): Promise<void> {
    const given = structuredClone(records);
    const keys = [key, ...given.map((record) => record.key)];
    return this.line.send('bumpTags', keys, () => {
      const stands = Buffer.from(this.view.peek(key)?.bytes ?? NOTHING).toString('latin1');
      const [, stood, count, last] = /"v":"([\w-]+)\.(\d+)\.(\w*)"/.exec(stands) ?? [];
      const kept = ((last ?? '') + marks.join('')).slice(-MARK_LENGTH * MAX_MARKS);
      const text = `NV\u0001{"v":"${stood ?? epoch}.${Number(count ?? 0) + marks.length}.${kept}"}`;
      this.view.write(key, Buffer.from(text, 'latin1'), undefined);
      for (const record of given) this.view.write(record.key, record.bytes, record.ttlMs);
      for (const changed of keys) this.view.reread(changed);
      this.#tell(keys);
    });
  }

  ensure(records: readonly SharedRecord[]): Promise<Uint8Array[]> {
    const given = structuredClone(records);
    const keys = given.map(({ key }) => key);
    return this.line.send('ensure', keys, () => given.map((record) => this.#ensure(record)));
  }

  recognize({ key, server, version }: ServerRecord): Promise<boolean> {
    const bytes = Uint8Array.from(version.bytes);
    return this.line.send('recognize', [version.key], () => {
      const known = this.view.peek(key)?.bytes;
      const name = known && Buffer.from(known).toString();
      const isFresh = known === undefined && this.view.peek(version.key) === undefined;
      this.view.write(key, Buffer.from(server === '' ? (name ?? '') : server), undefined);
      if (server === '' || name === server || isFresh) return false;
      this.view.write(version.key, bytes, undefined);
      this.view.reread(version.key);
      this.#tell([version.key]);
      return true;
    });
  }

  tellPattern(path: string, pattern: string): Promise<void> {
    return this.line.send('tellPattern', [path], () => this.view.publish({ kind: 'pattern', path, pattern }));
  }

  #lease({ value, lease, token, seen }: LeaseRequest, ttlMs: number): LeaseAnswer {
    const stands = this.view.read(value) ?? NOTHING;
    const taken = this.view.read(lease) !== undefined;
    if (!same(stands.subarray(0, WITNESS_LENGTH), seen)) return 'changed';
    if (taken) return 'taken';
    this.view.write(lease, Buffer.from(token), ttlMs);
    this.view.reread(lease);
    return 'granted';
  }

  #put(item: SharedItem, bytes: Uint8Array): boolean {
    this.view.write(item.value, bytes, item.ttlMs);
    this.view.remove(item.lease);
    this.view.reread(item.value);
    this.#tell(names([item]));
    return true;
  }

  #ensure({ key, bytes, ttlMs }: SharedRecord): Uint8Array {
    const stands = this.view.read(key);
    if (stands) return stands;
    this.view.write(key, bytes, ttlMs);
    this.view.reread(key);
    return Uint8Array.from(bytes);
  }

  #bears(key: SharedKey, token: string): boolean {
    const stored = this.view.peek(key.lease);
    return stored !== undefined && same(stored.bytes, Buffer.from(token));
  }

  /** Removes a lease, and wakes those who wait for its end. */
  #end(lease: string): void {
    if (this.view.remove(lease)) this.view.wake(lease);
  }

  #tell(keys: readonly string[]): void {
    if (keys.length > 0) this.view.publish({ kind: 'keys', keys });
  }
}

function names(keys: readonly SharedKey[]): string[] {
  return keys.flatMap(({ value, lease }) => [value, lease]);
}
