/*
 * Numbers of a header. A method of Buffer for each costs as much as the rest of the header together, and a DataView is one
 * object more an entry.
 */

const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);
/** Which half of a double comes first in this machine's memory. */
const HIGH = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** Unsigned. The bytes must be there. */
export function uint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** IEEE 754, binary64. */
export function float64(bytes: Uint8Array, at: number): number {
  halves[HIGH] = uint32(bytes, at);
  halves[1 - HIGH] = uint32(bytes, at + 4);
  return double[0]!;
}
