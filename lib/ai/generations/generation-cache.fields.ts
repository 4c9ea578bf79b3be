import { IsByteSize } from '../../config/checks/is-byte-size.js';
import { IsDuration } from '../../config/checks/is-duration.js';
import { IsEviction } from '../../config/checks/is-eviction.js';
import { IsSwitch, IsText, textFault } from '../../config/checks/is-text.js';
import { optionCheck } from '../../config/checks/option-check.js';
import type { FieldsOf } from '../../config/option-fields.js';
import { shownValue } from '../../config/shown-value.js';
import type { GenerationCacheOptions } from './generation-cache-options.js';

/** A field without a check is a group with fields of its own. */
export class GenerationCacheFields implements FieldsOf<GenerationCacheOptions> {
  @IsText() name: unknown;
  @IsSwitch() isGlobal: unknown;
  @IsText() directory: unknown;
  @IsByteSize(1) maxBytes: unknown;
  @IsSize() maxSizeMb: unknown;
  @IsDuration() ttl: unknown;
  @IsHours() ttlHours: unknown;
  @IsEviction() eviction: unknown;
  @IsVersion() version: unknown;
  cache: unknown;
}

function IsSize(): PropertyDecorator {
  return optionCheck('isSize', (value) => {
    const fits = typeof value === 'number' && value * 2 ** 20 >= 1 && value < Infinity;
    return fits ? undefined : `must be a finite number of MiB, of one byte at least; got ${shownValue(value)}.`;
  });
}

function IsHours(): PropertyDecorator {
  return optionCheck('isHours', (value) => {
    if (typeof value === 'number' && value >= 0) return undefined;
    return `must be a number of hours, 0 or more; got ${shownValue(value)}.`;
  });
}

function IsVersion(): PropertyDecorator {
  return optionCheck('isVersion', (value) => {
    if (typeof value !== 'number') return textFault(value);
    return Number.isFinite(value) ? undefined : `must be a text or a finite number; got ${shownValue(value)}.`;
  });
}
