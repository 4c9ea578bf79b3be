import type { MemoryOptions } from '../contracts/options.js';
import { IsFunction } from './checks/is-live-object.js';
import { IsWholeNumber } from './checks/is-number.js';
import { IsEviction } from './checks/is-eviction.js';
import { IsOneOf } from './checks/is-text.js';
import type { FieldsOf } from './option-fields.js';

/** What one `Map` of V8 holds. */
const MOST_ENTRIES = 2 ** 24;

export class MemoryFields implements FieldsOf<MemoryOptions> {
  @IsWholeNumber(1, MOST_ENTRIES) maxEntries: unknown;
  @IsWholeNumber(1) maxBytes: unknown;
  @IsEviction() eviction: unknown;
  @IsOneOf('clone', 'freeze', 'share') isolation: unknown;
  @IsFunction() admit: unknown;
}
