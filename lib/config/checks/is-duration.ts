import { DURATION_HELP, tryParseDuration } from '../../support/duration.js';
import { durationText } from '../duration-text.js';
import { shownValue } from '../shown-value.js';
import { optionCheck } from './option-check.js';

export interface DurationLimits {
  /** Why `0` cannot be meant. */
  readonly notZero?: string;
  /** Why `Infinity` cannot be meant. */
  readonly notInfinite?: string;
  /** The shortest that can be meant, in milliseconds, and why. */
  readonly least?: { readonly ms: number; readonly why: string };
}

/** A duration: milliseconds, or `'500ms' '30s' '5m' '2h' '7d'`. */
export function IsDuration(limits: DurationLimits = {}): PropertyDecorator {
  return optionCheck('isDuration', (value) => durationFault(value, limits));
}

export function durationFault(value: unknown, limits: DurationLimits = {}): string | undefined {
  const ms = tryParseDuration(value);
  if (ms === undefined) return `must be a duration; got ${shownValue(value)}. ${DURATION_HELP}`;
  if (ms === 0 && limits.notZero) return `must be more than 0: ${limits.notZero}.`;
  if (limits.least && ms < limits.least.ms) {
    return `must be at least ${durationText(limits.least.ms)}: ${limits.least.why}; got ${shownValue(value)}.`;
  }
  if (value === Infinity) return limits.notInfinite ? `must be finite: ${limits.notInfinite}.` : undefined;
  // Beyond this, milliseconds are no longer exact, and Redis refuses them.
  return ms > Number.MAX_SAFE_INTEGER ? `is longer than any clock can count; got ${shownValue(value)}.` : undefined;
}
