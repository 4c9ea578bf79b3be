import { endianness } from 'node:os';
import type { Codec } from '../../contracts/codec.js';
import { CacheFormatError, CacheValueError } from '../../support/errors.js';
import { ownCodec } from '../../support/own-codec.js';

const SWAPS = endianness() === 'BE';

/**
 * A vector as its bytes: IEEE 754 binary32, little-endian, one element after the other, and nothing else. FROZEN. Keeps
 * `Float32Array` only; a quarter of the size of the same vector as JSON text, and nothing to parse.
 */
export const vectorCodec: Codec = ownCodec({
  name: 'vectors',
  id: 3,

  encode(value) {
    if (!(value instanceof Float32Array))
      throw new CacheValueError('$', 'no Float32Array, which is all this codec keeps');
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return SWAPS ? Buffer.from(bytes).swap32() : bytes;
  },

  decode(bytes) {
    const { buffer, byteOffset, byteLength } = bytes;
    if (byteLength % 4 !== 0) throw new CacheFormatError('The payload is no vector: its length is no multiple of 4.');
    // Copied: what was read is part of a larger piece of memory, and its elements may lie across the words of that.
    const copy = buffer.slice(byteOffset, byteOffset + byteLength);
    if (SWAPS) Buffer.from(copy).swap32();
    return new Float32Array(copy);
  },
});
