import type { ByteSize } from '../contracts/encoding-options.js';
import { CacheUsageError } from './errors.js';

const UNITS: Readonly<Record<string, number>> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };
const PATTERN = /^(\d+(?:\.\d+)?) ?(b|kb|kib|mb|mib|gb|gib)$/i;

/** A whole number of bytes, or `undefined` when `value` is none: negative, NaN, endless, of another type, misspelled. */
export function tryParseBytes(value: unknown): number | undefined {
  const bytes = typeof value === 'string' ? inBytes(value) : value;
  return typeof bytes === 'number' && Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : undefined;
}

/** @throws CacheUsageError naming `what`. */
export function parseBytes(value: ByteSize, what: string): number {
  const bytes = tryParseBytes(value);
  if (bytes === undefined) throw new CacheUsageError(`${what} is not a number of bytes. ${BYTES_HELP}`);
  return bytes;
}

/** How a size is written, for error messages. */
export const BYTES_HELP = "Use a whole number of bytes (0 or more), or a string such as '512b', '1kb', '64mb'.";

function inBytes(text: string): number | undefined {
  const match = PATTERN.exec(text);
  return match ? Number(match[1]) * UNITS[match[2]!.charAt(0).toLowerCase()]! : undefined;
}
