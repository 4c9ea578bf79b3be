import type { Cipher, CipherBook } from '../../contracts/cipher.js';
import type { Codec } from '../../contracts/codec.js';
import type { CompressionUsage } from '../../contracts/entry-store.js';
import type { EntryTimes } from '../../contracts/entry.js';
import { CacheFormatError } from '../../support/errors.js';
import type { EntryMeta } from './entry-meta.js';
import { PayloadCompression, type CompressionParts } from './payload-compression.js';
import { decodeEntry, encodeEntry } from './wire-format.js';

export interface FormatParts {
  readonly codec: Codec;
  readonly compression: CompressionParts;
  /** With one, everything is encrypted, and nothing else is read. */
  readonly cipher: Cipher | undefined;
  /** Set where tenants may have keys of their own; never without a cipher for all others. */
  readonly tenantCiphers?: CipherBook | undefined;
}

/** An entry, whole and ours; its value is still to be decoded. */
export interface OpenedEntry {
  readonly times: EntryTimes;
  readonly meta: EntryMeta;
  /** As the codec wrote it. */
  readonly payload: Uint8Array;
}

/** From a value to the bytes of its entry: encoded, then compressed, then encrypted; and the way back. */
export class EntryFormat {
  readonly codec: Codec;
  private readonly compression: PayloadCompression;

  constructor(private readonly parts: FormatParts) {
    this.codec = parts.codec;
    this.compression = new PayloadCompression(parts.compression);
  }

  get compressionUsage(): CompressionUsage {
    return this.compression.usage;
  }

  /** @throws CacheValueError when the value is too large, or cannot be encoded; whatever finding the tenant's keys throws. */
  encode(wireKey: string, times: EntryTimes, meta: EntryMeta, value: unknown, tenant?: string): Buffer {
    const { codec, compression } = this;
    const packed = compression.pack(codec.encode(value));
    return encodeEntry(wireKey, { times, codecId: codec.id, meta, ...packed }, this.cipherOf(tenant));
  }

  /** @throws CacheFormatError on anything else than an entry that was written like this under this very key. */
  open(wireKey: string, bytes: Uint8Array, tenant?: string): OpenedEntry {
    const entry = decodeEntry(wireKey, bytes, this.cipherOf(tenant));
    if (entry.codecId !== this.codec.id) {
      throw new CacheFormatError('The entry was written by another codec.', 'format');
    }
    const payload = this.compression.unpack(entry);
    return payload === entry.payload ? entry : { times: entry.times, meta: entry.meta, payload };
  }

  private cipherOf(tenant: string | undefined): Cipher | undefined {
    const { cipher, tenantCiphers } = this.parts;
    return tenant === undefined || tenantCiphers === undefined ? cipher : tenantCiphers.of(tenant);
  }
}
