/** A number of bytes, or a string such as `'512b'`, `'1kb'`, `'64mb'`, in steps of 1024. */
export type ByteSize = number | `${number}${'b' | 'kb' | 'mb' | 'gb'}`;

export type CompressionAlgorithm = 'deflate' | 'gzip' | 'brotli' | 'zstd';

/** How payloads are compressed on their way into a store over bytes. Reading understands every algorithm in any case. */
export interface CompressionOptions {
  /** Default `deflate`. `zstd` needs Node 22.15 or later. */
  algorithm?: CompressionAlgorithm;
  /** Payloads above this size are compressed, if that makes them smaller. Default 1 KiB. */
  threshold?: ByteSize;
  /** Of `deflate` and `gzip` 1 to 9, default 1; of `brotli` 0 to 11, default 4; of `zstd` 1 to 22, default 3. */
  level?: number;
  /** Entries that would come to more when they are read are a miss. Default 64 MiB. */
  maxInflatedBytes?: ByteSize;
}

/** 32 random bytes: as bytes, or spelled in base64 or hex. */
export type EncryptionKey = string | Uint8Array;

/** A key under a public name of your own, in place of a fingerprint of the key. */
export interface NamedEncryptionKey {
  /** Stands, hashed, in every entry; no two keys of a cache may share one. */
  id: string;
  key: EncryptionKey;
}

export interface EncryptionOptions {
  /** The first one writes, all of them read. Make one with `openssl rand -base64 32`. */
  keys: readonly (EncryptionKey | NamedEncryptionKey)[];
  /**
   * The keys of one tenant, which go before `keys`: the first one writes, and no other key reads what is the tenant's.
   * `undefined`: it has none of its own, and `keys` are its too. Has to answer at once, from memory; asked again after a
   * minute at the earliest. When it throws, or gives no keys, nothing of the tenant's is stored or read.
   */
  tenantKeys?: (tenant: string) => readonly (EncryptionKey | NamedEncryptionKey)[] | undefined;
}
