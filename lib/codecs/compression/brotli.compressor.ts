import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { Compressor } from '../../contracts/compressor.js';
import { inflated } from './zlib-errors.js';

/** RFC 7932. @param quality 0 to 11. Default 4: zlib's own default, 11, is for files that are compressed once. */
export function brotliCompressor(quality = 4): Compressor {
  return {
    id: 3,
    name: 'brotli',
    compress: (bytes) => {
      const params = {
        [constants.BROTLI_PARAM_QUALITY]: quality,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength,
      };
      return brotliCompressSync(bytes, { params });
    },
    decompress: (bytes, maxOutputLength) =>
      inflated('brotli', maxOutputLength, () => brotliDecompressSync(bytes, { maxOutputLength })),
  };
}
