import type { Compressor } from '../../contracts/compressor.js';
import { findZstd } from '../../support/zstd.js';
import { inflated } from './zlib-errors.js';

/** RFC 8878, where Node has it; elsewhere `undefined`. @param level 1 to 22. Default 3, which is zstd's own. */
export function zstdCompressor(level = 3): Compressor | undefined {
  const zstd = findZstd();
  return (
    zstd && {
      id: 4,
      name: 'zstd',
      compress: (bytes) => zstd.compress(bytes, { params: { [zstd.levelParameter]: level } }),
      decompress: (bytes, maxOutputLength) =>
        inflated('zstd', maxOutputLength, () => zstd.decompress(bytes, { maxOutputLength })),
    }
  );
}
