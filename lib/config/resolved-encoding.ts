import { createSecretKey, type KeyObject } from 'node:crypto';
import type {
  CompressionAlgorithm,
  CompressionOptions,
  EncryptionKey,
  EncryptionOptions,
  NamedEncryptionKey,
} from '../contracts/encoding-options.js';
import { parseBytes } from '../support/byte-size.js';
import { CacheConfigError } from '../support/errors.js';
import { fingerprint, keyBytes, nameId } from '../support/secret-key.js';
import { keyListFault } from './checks/is-key-list.js';
import { shownValue } from './shown-value.js';

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
  /**
   * `undefined` of a tenant: it has none of its own.
   * @throws CacheConfigError for what are no keys; whatever the application's function throws.
   */
  readonly tenantKeys: ((tenant: string) => readonly ResolvedKey[] | undefined) | undefined;
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
  const { keys, tenantKeys } = encryption;
  return Object.freeze({ keys: resolveKeys(keys), tenantKeys: tenantKeys && resolveTenantKeys(encryption) });
}

/** What an application's function gives while the cache is in use is checked as options are at start. */
function resolveTenantKeys(encryption: EncryptionOptions): ResolvedEncryption['tenantKeys'] {
  return (tenant) => {
    const keys = encryption.tenantKeys!(tenant);
    if (keys === undefined) return undefined;
    const fault = keyListFault(keys);
    if (fault === undefined) return resolveKeys(keys);
    const message = `${fault.startsWith('must') ? '' : 'gives a list where '}${fault} (tenant ${shownValue(tenant)})`;
    throw new CacheConfigError([{ path: 'encryption.tenantKeys', message }]);
  };
}

function resolveKeys(given: EncryptionOptions['keys']): readonly ResolvedKey[] {
  return Object.freeze(given.map(resolveKey));
}

function resolveKey(given: EncryptionKey | NamedEncryptionKey): ResolvedKey {
  const named = typeof given === 'string' || given instanceof Uint8Array ? undefined : given;
  const key = named ? named.key : (given as EncryptionKey);
  return Object.freeze({ id: named ? nameId(named.id) : fingerprint(key), secret: createSecretKey(keyBytes(key)!) });
}
