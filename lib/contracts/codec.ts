/**
 * Values to bytes and back. What is given to `encode` is a snapshot: plain objects, arrays, primitives (bigint and
 * undefined included), Date, RegExp, URL, URLSearchParams, Map, Set, Error, ArrayBuffer, DataView, Buffer and typed
 * arrays, without circles.
 */
export interface Codec {
  /** Shown by `explain`. */
  readonly name: string;
  /** Stands in the header of every entry; 1 to 15 are the library's own, 16 to 255 are yours. Never reuse one. */
  readonly id: number;
  encode(value: unknown): Uint8Array;
  /** Throws on bytes it did not write; the cache takes that for a miss. */
  decode(bytes: Uint8Array): unknown;
}
