import type { LeaseOptions } from '../contracts/options.js';
import { IsDuration, type DurationLimits } from './checks/is-duration.js';
import type { FieldsOf } from './option-fields.js';

const TTL_LIMITS: DurationLimits = {
  least: { ms: 100, why: 'a lease is extended at a third of its life, and that takes a round trip' },
  notInfinite: 'a process that dies would keep the others from loading for ever',
};

export class LeaseFields implements FieldsOf<LeaseOptions> {
  @IsDuration(TTL_LIMITS) ttl: unknown;
  @IsDuration() waitTimeout: unknown;
}
