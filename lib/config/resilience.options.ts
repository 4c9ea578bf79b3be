import type { BreakerOptions, JournalOptions } from '../contracts/options.js';
import type { DurationLimits } from './checks/is-duration.js';
import { IsShare, IsWholeNumber } from './checks/is-number.js';
import { IsText } from './checks/is-text.js';
import type { FieldsOf } from './option-fields.js';

export const FALLBACK_LIMITS: DurationLimits = {
  notZero: "nothing would be kept; write fallback: 'none'",
  notInfinite: 'what other processes change meanwhile goes unheard',
};

export class BreakerFields implements FieldsOf<BreakerOptions> {
  @IsWholeNumber(1) failures: unknown;
  @IsShare() errorRate: unknown;
}

export class JournalFields implements FieldsOf<JournalOptions> {
  @IsText() directory: unknown;
  @IsWholeNumber(1, 1_000_000) maxEntries: unknown;
}
