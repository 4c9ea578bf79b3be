import { createSecretKey, type KeyObject } from 'node:crypto';
import type { CompressionAlgorithm, CompressionOptions, EncryptionOptions } from '../contracts/encoding-options.js';
import { parseBytes } from '../support/byte-size.js';
import { fingerprint, keyBytes, nameId } from '../support/secret-key.js';

const THRESHOLD = 1_024;
const MAX_INFLATED = 64 * 1_048_576;

export interface ResolvedCompression {
  /** `undefined`: nothing is compressed; what is compressed already is read. */
  readonly algorithm: CompressionAlgorithm | undefined;
  /** `undefined`: that of the algorithm. */
  readonly level: number | undefined;
  /** Bytes. */
  readonly threshold: number;
  /** Bytes. */
  readonly maxInflatedBytes: number;
}

/** A key that neither `console.log` nor `JSON.stringify` can print. */
export interface ResolvedKey {
  /** Four public bytes. */
  readonly id: Buffer;
  readonly secret: KeyObject;
}

export interface ResolvedEncryption {
  /** The first one writes, all of them read. */
  readonly keys: readonly ResolvedKey[];
}

export function resolveCompression(compression: false | CompressionOptions = {}): ResolvedCompression {
  const options = compression === false ? {} : compression;
  return Object.freeze({
    algorithm: compression === false ? undefined : (options.algorithm ?? 'deflate'),
    level: options.level,
    threshold: parseBytes(options.threshold ?? THRESHOLD, 'compression.threshold'),
    maxInflatedBytes: parseBytes(options.maxInflatedBytes ?? MAX_INFLATED, 'compression.maxInflatedBytes'),
  });
}

export function resolveEncryption(encryption: EncryptionOptions): ResolvedEncryption {
  const keys = encryption.keys.map((given) => {
    const named = typeof given === 'string' || given instanceof Uint8Array ? undefined : given;
    const key = named ? named.key : (given as string | Uint8Array);
    return Object.freeze({
      id: named ? nameId(named.id) : fingerprint(key),
      secret: createSecretKey(keyBytes(key)!),
    });
  });
  return Object.freeze({ keys: Object.freeze(keys) });
}
