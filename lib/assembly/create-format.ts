import type { Codec } from '../contracts/codec.js';
import { createCompressor, everyCompressor } from '../codecs/compression/compressors.js';
import { aesGcmCipher } from '../codecs/encryption/aes-gcm.cipher.js';
import { TenantCiphers } from '../codecs/encryption/tenant-ciphers.js';
import { jsonCodec } from '../codecs/json.codec.js';
import { loadMsgpackCodec } from '../codecs/msgpack.codec.js';
import type { ResolvedOptions } from '../config/resolved-options.js';
import { EntryFormat } from '../wrappers/encoded/entry-format.js';

/** How a store over bytes writes its entries. @throws CacheDependencyError when the codec's package is missing. */
export async function createFormat(
  options: Pick<ResolvedOptions, 'clock' | 'codec' | 'compression' | 'encryption'>,
): Promise<EntryFormat> {
  const { algorithm, level, threshold, maxInflatedBytes } = options.compression;
  const cipher = options.encryption && aesGcmCipher(options.encryption.keys);
  const tenantKeys = options.encryption?.tenantKeys;
  return new EntryFormat({
    codec: await createCodec(options.codec),
    compression: {
      writer: algorithm && createCompressor(algorithm, level),
      readers: everyCompressor(),
      threshold,
      maxInflatedBytes,
    },
    cipher,
    tenantCiphers: cipher && tenantKeys && new TenantCiphers(tenantKeys, cipher, options.clock),
  });
}

async function createCodec(codec: ResolvedOptions['codec']): Promise<Codec> {
  if (codec === 'json') return jsonCodec;
  return codec === 'msgpack' ? loadMsgpackCodec() : codec;
}
