import zlib from 'node:zlib';

type Run = (bytes: Uint8Array, options: { params?: Record<number, number>; maxOutputLength?: number }) => Buffer;

/** What `node:zlib` has of Zstandard (RFC 8878). */
export interface Zstd {
  readonly compress: Run;
  readonly decompress: Run;
  /** The number of the parameter that says the level. */
  readonly levelParameter: number;
}

/** `undefined` where Node has none: it came with 22.15 and 23.8. */
export function findZstd(): Zstd | undefined {
  const compress: unknown = Reflect.get(zlib, 'zstdCompressSync');
  const decompress: unknown = Reflect.get(zlib, 'zstdDecompressSync');
  const levelParameter: unknown = Reflect.get(zlib.constants, 'ZSTD_c_compressionLevel');
  if (typeof compress !== 'function' || typeof decompress !== 'function' || typeof levelParameter !== 'number') {
    return undefined;
  }
  return { compress: compress as Run, decompress: decompress as Run, levelParameter };
}
