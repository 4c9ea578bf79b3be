import { Buffer } from 'node:buffer';
import { decodeChange, encodeChange, type LoggedChange } from './change-row.js';
import { numberAt, numberKey } from './layout.js';
import type { Tables } from './tables.js';

const LAST = Buffer.from('changed');
/** After how many changes it is looked whether somebody else has kept more of them. */
const TIDY_EVERY = 64;

/**
 * The last changes, each with its number, written in the transaction that makes the change: whoever sees the change finds its
 * number, and whoever has read up to the last number has heard of everything. Appending needs a transaction.
 */
export class ChangeLog {
  constructor(
    private readonly tables: Pick<Tables, 'changes' | 'facts'>,
    /** How many are kept. */
    private readonly most: () => number,
  ) {}

  /** The number of the last change; 0: there was none. */
  get last(): number {
    const stored = this.tables.facts.getBinary(LAST);
    return stored ? numberAt(stored, 0) : 0;
  }

  append(change: LoggedChange): void {
    const { changes, facts } = this.tables;
    const number = this.last + 1;
    changes.putSync(numberKey(number), encodeChange(change));
    facts.putSync(LAST, numberKey(number));
    const gone = number - this.most();
    if (gone <= 0) return;
    changes.removeSync(numberKey(gone));
    if (number % TIDY_EVERY === 0)
      for (const key of [...changes.getKeys({ end: numberKey(gone) })]) changes.removeSync(key);
  }

  /** What was changed after that number, in order; `undefined`: some of it is not known any more. */
  since(number: number): readonly LoggedChange[] | undefined {
    const missed = this.last - number;
    if (missed === 0) return [];
    if (missed < 0) return undefined;
    const rows = [...this.tables.changes.getRange({ start: numberKey(number + 1) })];
    const isWhole = rows.length === missed && numberAt(rows[0]!.key, 0) === number + 1;
    return isWhole ? rows.map(({ value }) => decodeChange(value)) : undefined;
  }
}
