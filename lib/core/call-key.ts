import { sha256 } from '../support/sha256.js';
import { Atoms, textOfAtoms } from './atoms.js';
import { canonicalKey } from './canonical-key.js';
import { canonicalName } from './canonical-text.js';
import { RecentKeys } from './recent-keys.js';

/** In UTF-16 code units. What is longer no one reads, and memcached refuses keys of more than 250 bytes. */
const KEY_LIMIT = 200;

/** In UTF-16 code units and atoms. Together the two hold some three megabytes at the most, and some 500 KB of usual calls. */
const SMALL = { keys: new RecentKeys(10), limit: 128 };
const LARGE = { keys: new RecentKeys(5), limit: 4096 };

/** What errors call an argument. Made once: a key that has no fault should not pay for them. */
const ARGUMENTS = Array.from({ length: 8 }, (_, index) => `argument ${index}`);

/** Not there while a key is being made: a getter may call a cached method too. */
let spare: Atoms | undefined;

/** `<ClassName>:<methodName>` */
export function headOf(className: string, methodName: string): string {
  return canonicalName(className) + ':' + canonicalName(methodName);
}

/**
 * `<head>:<arguments>`: see `CacheKeyGenerator.generate`.
 * @throws CacheKeyError naming the argument that has no stable identity.
 */
export function callKey(head: string, args: readonly unknown[]): string {
  if (args.length === 0) return head;
  const atoms = spare ?? new Atoms();
  spare = undefined;
  if (!takeAll(atoms, args)) return keyOfText(head, carefulText(args));
  const key = plainKey(head, atoms, args.length);
  if (atoms.count <= LARGE.limit) spare = atoms.clear();
  return key;
}

function takeAll(atoms: Atoms, args: readonly unknown[]): boolean {
  try {
    for (let index = 0; index < args.length; index++) if (!atoms.take(args[index])) return false;
    return true;
  } catch {
    // The careful walk meets it too, and says where.
    return false;
  }
}

function plainKey(head: string, atoms: Atoms, values: number): string {
  const weight = head.length + atoms.count + atoms.length;
  if (!atoms.isComparable || weight > LARGE.limit) return keyOfText(head, textOfAtoms(atoms, values));
  const recent = weight <= SMALL.limit ? SMALL.keys : LARGE.keys;
  const known = recent.get(head, atoms);
  if (known !== undefined) return known;
  const key = keyOfText(head, textOfAtoms(atoms, values));
  recent.add(head, atoms, key);
  return key;
}

function carefulText(args: readonly unknown[]): string {
  let text = '';
  for (let index = 0; index < args.length; index++) {
    const argument = canonicalKey(args[index], ARGUMENTS[index] ?? `argument ${index}`);
    text += index === 0 ? argument : ':' + argument;
  }
  return text;
}

function keyOfText(head: string, text: string): string {
  if (head.length + 1 + text.length <= KEY_LIMIT) return head + ':' + text;
  return `${head}:#${sha256(text)}.${text.length}`;
}
