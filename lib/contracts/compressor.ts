/** Bytes to fewer bytes and back. Synchronous: a value is written in one go, like the text of it. */
export interface Compressor {
  /** Stands in the header of every entry it wrote: 1 deflate, 2 gzip, 3 brotli, 4 zstd. */
  readonly id: number;
  readonly name: string;
  compress(bytes: Uint8Array): Uint8Array;
  /**
   * Throws on bytes it did not write, and on those that would come to more than `maxBytes`: a few thousand bytes can
   * stand for gigabytes.
   */
  decompress(bytes: Uint8Array, maxBytes: number): Uint8Array;
}
