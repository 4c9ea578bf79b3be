import type { StreamOptions } from '../contracts/options.js';
import { IsByteSize } from './checks/is-byte-size.js';
import { IsDuration } from './checks/is-duration.js';
import type { FieldsOf } from './option-fields.js';

export class StreamFields implements FieldsOf<StreamOptions> {
  @IsByteSize(1) maxBytes: unknown;
  @IsDuration({ least: { ms: 100, why: 'a reader is no machine' } }) stallTimeout: unknown;
  @IsDuration() waitTimeout: unknown;
}
