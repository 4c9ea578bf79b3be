import type { CompressionOptions } from '../contracts/encoding-options.js';
import { IsByteSize } from './checks/is-byte-size.js';
import { IsWholeNumber } from './checks/is-number.js';
import { IsOneOf } from './checks/is-text.js';
import type { FieldsOf } from './option-fields.js';

/** What an algorithm takes for a level is compared where both are known: in `encoding-faults`. */
export class CompressionFields implements FieldsOf<CompressionOptions> {
  @IsOneOf('deflate', 'gzip', 'brotli', 'zstd') algorithm: unknown;
  @IsByteSize(0) threshold: unknown;
  @IsWholeNumber(0, 22) level: unknown;
  @IsByteSize(1) maxInflatedBytes: unknown;
}
