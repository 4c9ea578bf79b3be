import type { Atoms } from './atoms.js';

interface RecentKey {
  readonly head: string;
  readonly atoms: readonly unknown[];
  readonly key: string;
}

/** One of so many calls that find their pair full takes a place there. */
const TURNS = 16;
/** Matches any key. */
const ANY = /^/;

/**
 * Keys made lately, by what they were made of. Most calls of a cached method are made again soon: that is why it is cached.
 * To compare what a key is made of costs a fraction of spelling it, and more is saved where it is used: the very same string
 * comes with its hash, and not as a chain of pieces that the first look at it has to join.
 *
 * Bounded by the number of pairs and the weight of what is added. A call that comes when its pair is full mostly leaves
 * it so: a flood of calls that are made once should not drive out those that come again.
 */
export class RecentKeys {
  /** Two to a pair: of two calls that take turns neither drives out the other. */
  private readonly kept: (RecentKey | undefined)[];
  /** Of `kept`: what is another call's is mostly known by it, without a look at what lies far apart in memory. */
  private readonly hashes: Int32Array;
  /** Calls that found their pair full. */
  private crowded = 0;
  private readonly last: number;

  /** 2 to the power of `bits` pairs. */
  constructor(bits: number) {
    this.kept = Array.from({ length: 2 ** (bits + 1) }, () => undefined);
    this.hashes = new Int32Array(2 ** (bits + 1));
    this.last = 2 ** bits - 1;
  }

  get(head: string, atoms: Atoms): string | undefined {
    const at = this.pairOf(head, atoms) * 2;
    return this.keyAt(at, head, atoms) ?? this.keyAt(at + 1, head, atoms);
  }

  /** For a call that has none here. */
  add(head: string, atoms: Atoms, key: string): void {
    const at = this.pairOf(head, atoms) * 2;
    if (this.kept[at + 1] !== undefined && ++this.crowded % TURNS !== 0) return;
    this.kept[at + 1] = this.kept[at];
    this.hashes[at + 1] = this.hashes[at]!;
    this.kept[at] = { head, atoms: atoms.list.slice(0, atoms.count).map(ownCopy), key: joined(key) };
    this.hashes[at] = atoms.hash;
  }

  private keyAt(at: number, head: string, atoms: Atoms): string | undefined {
    if (this.hashes[at] !== atoms.hash) return undefined;
    const kept = this.kept[at];
    return kept !== undefined && isSame(kept, head, atoms) ? kept.key : undefined;
  }

  private pairOf(head: string, { hash }: Atoms): number {
    let mixed = hash + head.length;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    return (mixed ^ (mixed >>> 13)) & this.last;
  }
}

function isSame(kept: RecentKey, head: string, { list, count }: Atoms): boolean {
  const { atoms } = kept;
  if (atoms.length !== count || kept.head !== head) return false;
  for (let index = 0; index < count; index++) {
    if (atoms[index] !== list[index]) return false;
  }
  return true;
}

/** V8 has a piece of a text hold the whole of it: a name cut out of a megabyte would keep the megabyte. */
function ownCopy(atom: unknown): unknown {
  return typeof atom === 'string' && atom.length > 12 ? (' ' + atom).slice(1) : atom;
}

/**
 * V8 keeps a text as the pieces it was made of until the first look into it, and those may be pieces of a megabyte. The
 * look has to be one that the compiler does not find to be without effect, as it does `charCodeAt`.
 */
function joined(key: string): string {
  ANY.test(key);
  return key;
}
