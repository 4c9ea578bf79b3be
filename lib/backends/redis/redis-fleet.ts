import type {
  FleetCommands,
  LeaseAnswer,
  LeaseRequest,
  ServerRecord,
  SharedItem,
  SharedKey,
  SharedRecord,
  TagCounter,
} from '../../contracts/fleet.js';
import type { Announcers } from './announcers.js';
import type { Argument, Links } from './links.js';
import { allOf, asBuffer, wholeMs } from './redis-links.js';
import {
  BUMP,
  BUMP_TAGS,
  ENSURE,
  EXTEND,
  FELL,
  FENCED_PUT,
  FILL,
  LEASE,
  PATCH,
  PUT,
  RECOGNIZE,
  RELEASE,
  REMOVE,
  SEIZE,
} from './scripts.js';

/** Of one UNLINK, values and leases each. */
const MAX_KEYS = 250;

/**
 * The fleet's commands on Redis: each is one script. Everything is published, whatever this process listens to itself:
 * another one may have nothing but messages.
 */
export class RedisFleet implements FleetCommands {
  constructor(
    protected readonly links: Links,
    private readonly announcers: Announcers,
  ) {}

  /** One script each, in one write to the socket: a request never waits for another's key. */
  async lease(requests: readonly LeaseRequest[], ttlMs: number): Promise<LeaseAnswer[]> {
    const answers = await allOf(
      requests.map(({ value, lease, token, seen }) =>
        this.links.run(LEASE, [value, lease], () => [asBuffer(seen), token, px(ttlMs)]),
      ),
    );
    return answers.map((answer) => String(answer) as LeaseAnswer);
  }

  async seize(key: SharedKey, token: string, ttlMs: number): Promise<void> {
    await this.links.run(SEIZE, [key.lease], () => [token, px(ttlMs)]);
  }

  async extend(key: SharedKey, token: string, ttlMs: number): Promise<boolean> {
    return (await this.links.run(EXTEND, [key.lease], () => [token, px(ttlMs)])) === 1;
  }

  async release(key: SharedKey, token: string): Promise<void> {
    await this.links.run(RELEASE, [key.lease], () => [token, key.lease]);
  }

  async store(item: SharedItem): Promise<boolean> {
    const { value, lease, bytes, ttlMs, token } = item;
    const keys = [value, lease];
    const data: Argument[] = [asBuffer(bytes), px(ttlMs)];
    if (token === undefined) return (await this.links.run(PUT, keys, () => [...data, ...this.tell([value])])) === 1;
    const fill = [token, ...data, lease];
    if (!item.isPut) return (await this.links.run(FILL, keys, () => fill)) === 1;
    const told = (): Argument[] => [...fill, ...this.#tellOrNot(value)];
    return (await this.links.run(FENCED_PUT, keys, told)) === 1;
  }

  async remove(keys: readonly SharedKey[]): Promise<number> {
    const counts = await this.links.spread(
      keys,
      MAX_KEYS,
      ({ value }) => value,
      (slice) => {
        const values = slice.map(({ item }) => item.value);
        const leases = slice.map(({ item }) => item.lease);
        return this.links.run(REMOVE, [...values, ...leases], () => this.tell(values));
      },
    );
    return counts.reduce<number>((sum, count) => sum + Number(count), 0);
  }

  async patch(key: SharedKey, offset: number, bytes: Uint8Array, expected: Uint8Array): Promise<boolean> {
    const args: Argument[] = [offset, asBuffer(bytes), asBuffer(expected)];
    const told = (): Argument[] => [...args, ...this.#tellOrNot(key.value)];
    return (await this.links.run(PATCH, [key.value, key.lease], told)) === 1;
  }

  async fell(leases: readonly string[]): Promise<void> {
    await this.links.spread(
      leases,
      MAX_KEYS,
      (lease) => lease,
      (slice) => {
        const keys = slice.map(({ item }) => item);
        return this.links.run(FELL, keys, () => keys);
      },
    );
  }

  /** One step, so one connection: those of the records that belong to another are heard as if somebody else had written them. */
  async bump(records: readonly SharedRecord[]): Promise<void> {
    if (records.length > 0) await this.replace(records, []);
  }

  async bumpTags({ key, epoch, marks }: TagCounter, records: readonly SharedRecord[]): Promise<void> {
    const keys = [key, ...records.map((record) => record.key)];
    const counted: Argument[] = [epoch, marks.join(''), marks.length];
    await this.links.run(BUMP_TAGS, keys, () => [...this.tell(keys), ...counted, ...records.flatMap(written)]);
  }

  /** @param others keys that are told along. */
  protected async replace(records: readonly SharedRecord[], others: readonly string[]): Promise<void> {
    const keys = records.map(({ key }) => key);
    const told = (): Argument[] => {
      const announcer = this.announcers.of(keys[0]);
      return [announcer.channel, announcer.keys([...others, ...keys]), ...records.flatMap(written)];
    };
    await this.links.run(BUMP, keys, told);
  }

  async ensure(records: readonly SharedRecord[]): Promise<Uint8Array[]> {
    const answers = await allOf(records.map((record) => this.links.run(ENSURE, [record.key], () => written(record))));
    return answers as Uint8Array[];
  }

  /** A message is numbered only where there is something to say. Of two processes that find out at once, both say it. */
  async recognize({ key, server, version }: ServerRecord): Promise<boolean> {
    const keys = [version.key, key];
    const known: Argument[] = [server, asBuffer(version.bytes)];
    if ((await this.links.run(RECOGNIZE, keys, () => [...known, '', ''])) !== 1) return false;
    return (await this.links.run(RECOGNIZE, keys, () => [...known, ...this.tell([version.key])])) === 1;
  }

  async tellPattern(path: string, pattern: string): Promise<void> {
    await this.announcers.of(undefined).tellPattern(path, pattern);
  }

  protected tell(keys: readonly string[]): Argument[] {
    const announcer = this.announcers.of(keys[0]);
    return [announcer.channel, announcer.keys(keys)];
  }

  #tellOrNot(key: string): Argument[] {
    const announcer = this.announcers.of(key);
    return [announcer.channel, ...announcer.keysOrNothing([key])];
  }
}

function written({ bytes, ttlMs }: SharedRecord): Argument[] {
  return [asBuffer(bytes), px(ttlMs)];
}

/** Empty: no expiry. */
function px(ttlMs: number | undefined): Argument {
  return wholeMs(ttlMs) ?? '';
}
