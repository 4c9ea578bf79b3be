import { canonicalString, STRING_LIMIT } from '../../core/canonical-text.js';
import { digestOfText } from './text-digest.js';

/** One value of a request that its key depends on. */
export interface KeyPart {
  /** Where it stands, such as `options.messages[0].content`. */
  readonly path: string;
  /** Its canonical text; of anything long a digest. */
  readonly text: string;
  /** Of a string: its length in UTF-16 code units. */
  readonly length?: number;
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** Two different names or indices never lead to one path. */
export function pathTo(parent: string, name: string | number): string {
  if (typeof name === 'number') return `${parent}[${name}]`;
  return IDENTIFIER.test(name) ? `${parent}.${name}` : `${parent}[${JSON.stringify(name)}]`;
}

/** A string that stands among other values: bare, quoted or a digest, as `canonicalKey` has it. */
export function stringPart(path: string, value: string): KeyPart {
  const { length } = value;
  return { path, text: length > STRING_LIMIT ? `#${digestOfText(value)}.${length}s` : canonicalString(value), length };
}

/** A text with a place of its own in the key: always quoted when it is shorter than the threshold, else a digest. */
export function textPart(path: string, value: string, threshold: number): KeyPart {
  const { length } = value;
  return { path, text: length < threshold ? JSON.stringify(value) : `#${digestOfText(value)}.${length}`, length };
}
