import { Buffer } from 'node:buffer';
import { FORMAT } from './layout.js';
import type { LmdbTable } from './lmdb-package.js';

const FORMAT_KEY = Buffer.from('format');
const TURN = Buffer.from('turn');
const MEMBERS = { start: Buffer.from('member:'), end: Buffer.from('member;') } as const;

/** How long a process counts that has not been heard of, in milliseconds. */
const MEMBER_LIFE = 120_000;
/** How often each says that it is there, in milliseconds. */
export const MEMBER_BEAT = 30_000;

/** A process that has the store open. */
export interface Member {
  readonly token: string;
  readonly maxBytes: number;
  /** When it was last heard of, in milliseconds of the wall clock. */
  readonly at: number;
}

/** What the file says of itself and of who uses it. Writing needs a transaction. */
export class Facts {
  constructor(private readonly table: LmdbTable) {}

  /** `undefined`: nothing was ever written here. */
  get format(): string | undefined {
    return this.table.getBinary(FORMAT_KEY)?.toString();
  }

  get isOurs(): boolean {
    const { format } = this;
    return format === undefined || format === formatText();
  }

  markFormat(): void {
    this.table.putSync(FORMAT_KEY, Buffer.from(formatText()));
  }

  /** Writes down that this process is there, and forgets those that are not any more. */
  beat(member: Member): void {
    for (const { token, at } of this.#members()) if (at < member.at - MEMBER_LIFE) this.leave(token);
    this.table.putSync(keyOf(member.token), Buffer.from(JSON.stringify(member)));
  }

  /** Something to commit where only that counts. */
  turn(): void {
    this.table.putSync(TURN, Buffer.alloc(1));
  }

  leave(token: string): void {
    this.table.removeSync(keyOf(token));
  }

  /** The bounds of those that are there, by their tokens. */
  bounds(now: number): ReadonlyMap<string, number> {
    const live = this.#members().filter(({ at }) => at >= now - MEMBER_LIFE);
    return new Map(live.map(({ token, maxBytes }) => [token, maxBytes]));
  }

  #members(): Member[] {
    return [...this.table.getRange(MEMBERS)].map(({ value }) => JSON.parse(value.toString()) as Member);
  }
}

function formatText(): string {
  return `nestjs-cached disk ${FORMAT}`;
}

function keyOf(token: string): Buffer {
  return Buffer.from(`member:${token}`);
}
