import type { Compressor } from '../../contracts/compressor.js';
import { CacheFormatError } from '../../support/errors.js';
import { findZstd } from '../../support/zstd.js';
import { inflated } from './zlib-errors.js';

/** The inflated length, u32, big-endian, before the frame. */
const LENGTH_BYTES = 4;

/**
 * RFC 8878, where Node has it; elsewhere `undefined`. @param level 1 to 22. Default 3, which is zstd's own.
 *
 * The length stands before the frame, because Node 22 inflates one that is cut short without complaint.
 */
export function zstdCompressor(level = 3): Compressor | undefined {
  const zstd = findZstd();
  if (!zstd) return undefined;
  return {
    id: 4,
    name: 'zstd',
    compress: (bytes) => {
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt32BE(bytes.length);
      return Buffer.concat([length, zstd.compress(bytes, { params: { [zstd.levelParameter]: level } })]);
    },
    decompress: (bytes, maxOutputLength) => {
      if (bytes.length < LENGTH_BYTES) throw new CacheFormatError('The payload is shorter than its length.');
      const length = Buffer.from(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).readUInt32BE();
      const frame = bytes.subarray(LENGTH_BYTES);
      const plain = inflated('zstd', maxOutputLength, () => zstd.decompress(frame, { maxOutputLength }));
      if (plain.length === length) return plain;
      throw new CacheFormatError(`The payload is ${plain.length} bytes long when inflated, not ${length}.`);
    },
  };
}
