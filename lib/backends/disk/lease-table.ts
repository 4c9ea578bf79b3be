import { Buffer } from 'node:buffer';
import type { LmdbTable } from './lmdb-package.js';

/** In bytes; of wire keys. */
const LONGEST_KEY = 250;
/** Rows that are looked at in passing, so that those of processes that were killed do not stay. */
const SWEPT_IN_PASSING = 16;
/** Where the end, and the length, of a lease stand before its token. */
const HEAD_BYTES = 16;

/**
 * Leases under their wire keys, which are never too long for LMDB. `now` is in milliseconds of a clock that the processes of a
 * machine share and nobody sets: since it has booted. Writing needs a transaction.
 */
export class LeaseTable {
  #sweptUpTo: Buffer | undefined;

  constructor(private readonly table: LmdbTable) {}

  /** The token of whoever holds it; `undefined`: nobody. */
  bearer(lease: string, now: number): string | undefined {
    const row = this.table.getBinary(Buffer.from(lease));
    return row && isAlive(row, now) ? row.toString('utf8', HEAD_BYTES) : undefined;
  }

  /** Gives it to the token, whoever had it. `ttl`: milliseconds. */
  give(lease: string, token: string, ttl: number, now: number): void {
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeDoubleBE(now + ttl, 0);
    head.writeDoubleBE(ttl, 8);
    this.table.putSync(Buffer.from(lease), Buffer.concat([head, Buffer.from(token)]));
  }

  remove(lease: string): void {
    this.table.removeSync(Buffer.from(lease));
  }

  /** Those that begin with the prefix, whoever holds them and however long. */
  list(prefix: string): string[] {
    const start = Buffer.from(prefix);
    if (start.length > LONGEST_KEY) return [];
    // No UTF-8 holds this byte, so it comes behind everything that begins so.
    const end = Buffer.concat([start, Buffer.of(0xff)]);
    return [...this.table.getKeys({ start, end })].map(String);
  }

  /** Removes some that nobody holds any more; all of them in the course of time. */
  sweep(now: number): void {
    const start = this.#sweptUpTo;
    const rows = [...this.table.getRange({ ...(start && { start }), limit: SWEPT_IN_PASSING })];
    for (const { key, value } of rows) if (!isAlive(value, now)) this.table.removeSync(key);
    this.#sweptUpTo = rows.length < SWEPT_IN_PASSING ? undefined : rows.at(-1)!.key;
  }
}

/** Milliseconds; sums of fractions are not exact. */
const TOLERANCE = 1;

/** One that ends later than it could have been given until is of another time: the machine has booted since. */
function isAlive(row: Buffer, now: number): boolean {
  if (row.length <= HEAD_BYTES) return false;
  const end = row.readDoubleBE(0);
  return now < end && end - now <= row.readDoubleBE(8) + TOLERANCE;
}
