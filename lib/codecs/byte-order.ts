import { endianness } from 'node:os';

const SWAPS = endianness() === 'BE';

/** The bytes of typed-array elements in little-endian order, and back: processes of both kinds may share one server. */
export function littleEndian(bytes: Uint8Array, elementSize: number): Uint8Array {
  if (!SWAPS || elementSize === 1) return bytes;
  const swapped = Buffer.from(bytes);
  if (elementSize === 2) return swapped.swap16();
  return elementSize === 4 ? swapped.swap32() : swapped.swap64();
}
