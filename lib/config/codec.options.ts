import type { Codec } from '../contracts/codec.js';
import { IsFunction } from './checks/is-live-object.js';
import { IsWholeNumber } from './checks/is-number.js';
import { IsText } from './checks/is-text.js';
import type { FieldsOf } from './option-fields.js';

/** A codec of the application's own. It may have other members too. */
export class CodecFields implements FieldsOf<Codec> {
  @IsText() name: unknown;
  @IsWholeNumber(16, 255) id: unknown;
  @IsFunction() encode: unknown;
  @IsFunction() decode: unknown;
}
