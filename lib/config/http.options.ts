import type { CacheResponseOptions } from '../contracts/options.js';
import { IsDuration } from './checks/is-duration.js';
import { headerNameFault, IsListOrFunction } from './checks/is-list.js';
import { IsFunction } from './checks/is-live-object.js';
import { IsText, textFault } from './checks/is-text.js';
import { FreshnessFields } from './freshness.options.js';
import type { FieldsOf } from './option-fields.js';

export class HttpFields extends FreshnessFields implements FieldsOf<CacheResponseOptions> {
  @IsDuration() ttl: unknown;
  @IsFunction() key: unknown;
  @IsListOrFunction(headerNameFault) varyBy: unknown;
  @IsListOrFunction(textFault) tags: unknown;
  @IsText() cache: unknown;
}
