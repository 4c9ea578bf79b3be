import type { Duration } from '../contracts/duration.js';
import { CacheUsageError } from './errors.js';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const PATTERN = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** Milliseconds, or `undefined` when `value` is no duration: negative, NaN, of another type, or spelled otherwise. */
export function tryParseDuration(value: unknown): number | undefined {
  if (typeof value === 'number') return value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const match = PATTERN.exec(value);
  return match ? Number(match[1]) * UNITS[match[2]!]! : undefined;
}

/** Milliseconds. @throws CacheUsageError naming `what` and the value. */
export function parseDuration(value: Duration, what: string): number {
  const ms = tryParseDuration(value);
  if (ms === undefined) throw new CacheUsageError(`${what} is ${describe(value)}, not a duration. ${DURATION_HELP}`);
  return ms;
}

/** How a duration is written, for error messages. */
export const DURATION_HELP = "Use milliseconds (0 or more), or a string such as '500ms', '30s', '5m', '2h', '7d'.";

function describe(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
