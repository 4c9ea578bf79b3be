import type { DiskOptions } from '../contracts/options.js';
import { IsByteSize } from './checks/is-byte-size.js';
import { IsEviction } from './checks/is-eviction.js';
import { IsText } from './checks/is-text.js';
import type { FieldsOf } from './option-fields.js';

/** Below it, what is copied for each change would be a good part of the store. */
const LEAST_BYTES = 4 * 1_048_576;

export class DiskFields implements FieldsOf<DiskOptions> {
  @IsText() directory: unknown;
  @IsByteSize(LEAST_BYTES) maxBytes: unknown;
  @IsEviction() eviction: unknown;
}
