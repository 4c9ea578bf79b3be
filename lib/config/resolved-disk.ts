import type { EvictionChoice } from '../contracts/eviction.js';
import type { DiskOptions } from '../contracts/options.js';
import { tryParseBytes } from '../support/byte-size.js';

/** `DiskOptions` with defaults applied. */
export interface ResolvedDisk {
  readonly directory: string;
  readonly maxBytes: number;
  readonly eviction: EvictionChoice;
}

const GIB = 2 ** 30;

export function resolveDisk({ directory, eviction, maxBytes }: DiskOptions): ResolvedDisk {
  return Object.freeze({
    directory,
    maxBytes: maxBytes === undefined ? GIB : tryParseBytes(maxBytes)!,
    eviction: eviction ?? 'lru',
  });
}
