import type { CacheModuleOptions } from '../contracts/options.js';
import { IsDuration } from './checks/is-duration.js';
import { HasMethods, IsBackend } from './checks/is-live-object.js';
import { IsOneOf, IsSwitch, IsText } from './checks/is-text.js';
import { FreshnessFields } from './freshness.options.js';
import type { FieldsOf } from './option-fields.js';
import { WAIT_LIMITS } from './redis.options.js';
import { FALLBACK_LIMITS } from './resilience.options.js';

/** A field without a check is a group with fields of its own, or stands on the list of what is not built. */
export class ModuleFields extends FreshnessFields implements FieldsOf<CacheModuleOptions> {
  @IsText() name: unknown;
  @IsSwitch() isGlobal: unknown;
  @IsSwitch() enabled: unknown;
  @IsText() namespace: unknown;
  @IsDuration() ttl: unknown;
  @IsBackend() backend: unknown;
  memory: unknown;
  redis: unknown;
  disk: unknown;
  @IsOneOf('memory', 'none') fallback: unknown;
  @IsDuration(FALLBACK_LIMITS) fallbackTtl: unknown;
  breaker: unknown;
  journal: unknown;
  @IsDuration(WAIT_LIMITS) commandTimeout: unknown;
  codec: unknown;
  compression: unknown;
  encryption: unknown;
  lease: unknown;
  streams: unknown;
  operations: unknown;
  @IsOneOf('plain', 'refuse') classInstances: unknown;
  tenant: unknown;
  http: unknown;
  @HasMethods('generate') keyGenerator: unknown;
  @IsSwitch() logCalls: unknown;
  @IsOneOf('plain', 'digest') logKeys: unknown;
  @HasMethods('now', 'setTimeout') clock: unknown;
  @HasMethods('next', 'id') random: unknown;
}
