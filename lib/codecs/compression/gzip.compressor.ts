import { gunzipSync, gzipSync } from 'node:zlib';
import type { Compressor } from '../../contracts/compressor.js';
import { inflated } from './zlib-errors.js';

/** RFC 1952, for payloads that other tools are to inflate. @param level 1 to 9. Default 1. */
export function gzipCompressor(level = 1): Compressor {
  return {
    id: 2,
    name: 'gzip',
    compress: (bytes) => gzipSync(bytes, { level }),
    decompress: (bytes, maxOutputLength) =>
      inflated('gzip', maxOutputLength, () => gunzipSync(bytes, { maxOutputLength })),
  };
}
