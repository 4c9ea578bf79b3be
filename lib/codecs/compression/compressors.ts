import type { Compressor } from '../../contracts/compressor.js';
import type { CompressionAlgorithm } from '../../contracts/encoding-options.js';
import { brotliCompressor } from './brotli.compressor.js';
import { deflateCompressor } from './deflate.compressor.js';
import { gzipCompressor } from './gzip.compressor.js';
import { zstdCompressor } from './zstd.compressor.js';

const MAKERS: Readonly<Record<CompressionAlgorithm, (level?: number) => Compressor | undefined>> = {
  deflate: deflateCompressor,
  gzip: gzipCompressor,
  brotli: brotliCompressor,
  zstd: zstdCompressor,
};

/** `undefined` where this Node does not have the algorithm. */
export function createCompressor(algorithm: CompressionAlgorithm, level: number | undefined): Compressor | undefined {
  return MAKERS[algorithm](level);
}

/** All that this Node has: whoever reads must not care how another process was told to write. */
export function everyCompressor(): Compressor[] {
  return Object.values(MAKERS).flatMap((make) => make() ?? []);
}
