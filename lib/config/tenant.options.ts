import type { TenantOptions } from '../contracts/options.js';
import { IsFunction } from './checks/is-live-object.js';
import { IsSwitch } from './checks/is-text.js';
import type { FieldsOf } from './option-fields.js';

export class TenantFields implements FieldsOf<TenantOptions> {
  @IsSwitch() required: unknown;
  @IsFunction() resolve: unknown;
}
