import type { Compressor } from '../../contracts/compressor.js';
import type { CompressionUsage } from '../../contracts/entry-store.js';
import { CacheFormatError } from '../../support/errors.js';

export interface CompressionParts {
  /** What payloads are compressed with when they are written; `undefined`: they are not. */
  readonly writer: Compressor | undefined;
  /** All that are understood when a payload is read. */
  readonly readers: readonly Compressor[];
  /** Payloads above this many bytes are compressed. */
  readonly threshold: number;
  /** What a payload may come to when it is read. */
  readonly maxInflatedBytes: number;
}

/** In the header of what is not compressed. */
const PLAIN = 0;

export interface PackedPayload {
  readonly compressionId: number;
  readonly payload: Uint8Array;
}

/** What compression has done since the start: plain numbers, since it is counted at every write. */
class Compressed implements CompressionUsage {
  values = 0;
  bytesIn = 0;
  bytesOut = 0;
  time = 0;
}

/** Makes payloads smaller where that gains something. */
export class PayloadCompression {
  private readonly compressed = new Compressed();
  private readonly readers: ReadonlyMap<number, Compressor>;

  constructor(private readonly parts: CompressionParts) {
    this.readers = new Map(parts.readers.map((reader) => [reader.id, reader]));
  }

  get usage(): CompressionUsage {
    return this.compressed;
  }

  pack(payload: Uint8Array): PackedPayload {
    const { writer, threshold, maxInflatedBytes } = this.parts;
    const plain = { compressionId: PLAIN, payload };
    // What nobody would inflate again must not be compressed.
    if (!writer || payload.length <= threshold || payload.length > maxInflatedBytes) return plain;
    const begun = performance.now();
    const compressed = writer.compress(payload);
    const gains = compressed.length < payload.length;
    this.compressed.values++;
    this.compressed.bytesIn += payload.length;
    this.compressed.bytesOut += gains ? compressed.length : payload.length;
    this.compressed.time += performance.now() - begun;
    return gains ? { compressionId: writer.id, payload: compressed } : plain;
  }

  /** @throws CacheFormatError, also for an algorithm that this Node does not have. */
  unpack({ compressionId, payload }: PackedPayload): Uint8Array {
    if (compressionId === PLAIN) return payload;
    const reader = this.readers.get(compressionId);
    if (!reader) throw new CacheFormatError(`The entry has the unknown compression ${compressionId}.`, 'format');
    return reader.decompress(payload, this.parts.maxInflatedBytes);
  }
}
