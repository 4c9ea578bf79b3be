import type { FreshnessOptions } from '../contracts/options.js';
import { IsDuration } from './checks/is-duration.js';
import { IsShare, IsSwitchOrFactor } from './checks/is-number.js';
import type { FieldsOf } from './option-fields.js';

export class FreshnessFields implements FieldsOf<FreshnessOptions> {
  @IsDuration() staleWhileRevalidate: unknown;
  @IsDuration() staleIfError: unknown;
  @IsSwitchOrFactor() refreshAhead: unknown;
  @IsDuration() softTimeout: unknown;
  @IsDuration({ notZero: 'every call would be rejected' }) hardTimeout: unknown;
  @IsShare() jitter: unknown;
  @IsDuration() nullTtl: unknown;
}
