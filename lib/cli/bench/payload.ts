import { readFileSync } from 'node:fs';
import { publicMessageOf } from '../../support/public-message.js';
import { UsageError } from '../usage-error.js';

export interface Payload {
  readonly value: unknown;
  /** As JSON. */
  readonly bytes: number;
  readonly source: 'generated' | 'file';
}

const WORDS =
  'harbour vessel cargo manifest pilot anchor berth crane pallet customs invoice weight draught tide channel buoy'.split(
    ' ',
  );

/**
 * Records as a service would cache them, words, numbers and random ids, of so many bytes as JSON: it compresses to a
 * third or so, as such data does. Always the same for one size.
 */
export function makePayload(bytes: number): Payload {
  const random = dice();
  const items: unknown[] = [];
  let length = 2;
  for (;;) {
    const item = record(random, items.length);
    const more = JSON.stringify(item).length + (items.length === 0 ? 0 : 1);
    // What is missing in the end is a text of its own: a comma and two quotes at least.
    if (length + more + 3 > bytes) break;
    items.push(item);
    length += more;
  }
  return payloadOf(items.length === 0 ? text(random, bytes - 2) : [...items, text(random, bytes - length - 3)]);
}

/** @throws UsageError when the file cannot be read, or is not JSON. */
export function readPayload(path: string): Payload {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return { value, bytes: Buffer.byteLength(JSON.stringify(value)), source: 'file' };
  } catch (error) {
    // A parser's message quotes what it has read.
    const reason = error instanceof SyntaxError ? 'it is not JSON' : publicMessageOf(error);
    throw new UsageError(`--payload cannot be read: ${reason}.`);
  }
}

function payloadOf(value: unknown): Payload {
  return { value, bytes: Buffer.byteLength(JSON.stringify(value)), source: 'generated' };
}

function record(random: () => number, id: number): unknown {
  return {
    id,
    reference: Math.floor(random() * 2 ** 48).toString(36),
    title: text(random, 24 + Math.floor(random() * 40)),
    price: Math.floor(random() * 1e6) / 100,
    available: random() > 0.3,
  };
}

function text(random: () => number, length: number): string {
  let words = '';
  while (words.length < length) words += `${WORDS[Math.floor(random() * WORDS.length)]!} `;
  return words.slice(0, Math.max(0, length));
}

/** Mulberry32: the same numbers in each run. */
function dice(): () => number {
  let state = 0x2545f491;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
