import type { CompressionAlgorithm } from '../contracts/encoding-options.js';
import type { CacheModuleOptions } from '../contracts/options.js';
import type { ConfigFault } from '../support/errors.js';
import { findZstd } from '../support/zstd.js';
import { isGroup } from './option-faults.js';

const LEVELS: Readonly<Record<CompressionAlgorithm, readonly [min: number, max: number]>> = {
  // 0 is "stored", which gains nothing.
  deflate: [1, 9],
  gzip: [1, 9],
  brotli: [0, 11],
  zstd: [1, 22],
};

/** What is wrong with compression and encryption that their members alone do not show. */
export function encodingFaults(options: CacheModuleOptions): ConfigFault[] {
  return [...encryptionFaults(options), ...compressionFaults(options)];
}

/** Encryption without a key would be none, and nobody would notice. */
function encryptionFaults({ encryption }: CacheModuleOptions): ConfigFault[] {
  if (!isGroup(encryption) || encryption.keys !== undefined) return [];
  return [{ path: 'encryption.keys', message: 'is missing. Give one key at least; the first one writes.' }];
}

function compressionFaults({ compression }: CacheModuleOptions): ConfigFault[] {
  if (!isGroup(compression)) return [];
  const { algorithm = 'deflate', level } = compression;
  if (!Object.hasOwn(LEVELS, algorithm)) return [];
  if (algorithm === 'zstd' && !findZstd()) {
    const message = `'zstd' needs Node 22.15 or later; this is ${process.versions.node}.`;
    return [{ path: 'compression.algorithm', message }];
  }
  const [min, max] = LEVELS[algorithm];
  if (level === undefined || (level >= min && level <= max)) return [];
  return [{ path: 'compression.level', message: `must be from ${min} to ${max} for ${algorithm}; got ${level}.` }];
}
