import { IsByteSize } from '../../config/checks/is-byte-size.js';
import { IsDuration } from '../../config/checks/is-duration.js';
import { HasMethods, IsFunction } from '../../config/checks/is-live-object.js';
import { IsWholeNumber } from '../../config/checks/is-number.js';
import { optionCheck } from '../../config/checks/option-check.js';
import { IsOneOf } from '../../config/checks/is-text.js';
import type { FieldsOf } from '../../config/option-fields.js';
import { kindOf, shownValue } from '../../config/shown-value.js';
import { BYTES_HELP, tryParseBytes } from '../../support/byte-size.js';
import type { ModelCacheOptions, ModelOptions } from './model-cache-options.js';

export class ModelCacheFields implements FieldsOf<ModelCacheOptions> {
  @IsWholeNumber(1) maxInstances: unknown;
  @IsByteSize(1) maxBytes: unknown;
  @IsDuration() idleTtl: unknown;
  @IsOneOf('exceed', 'wait') whenFull: unknown;
  @IsDuration({ notInfinite: 'whoever waits for a place that never comes would wait for ever' }) waitTimeout: unknown;
  @IsDuration({ notZero: 'no load would ever succeed' }) loadTimeout: unknown;
  @IsDuration({ notInfinite: 'nothing would ever be disposed of' }) grace: unknown;
  @IsDuration({
    notZero: 'every disposal would count as failed',
    notInfinite: 'one that hangs would hold up all others',
  })
  disposeTimeout: unknown;
  @IsDuration({ notInfinite: 'one lease that is never released would hold up the shutdown' }) drainTimeout: unknown;
  @IsFunction() sizeOf: unknown;
  @HasMethods('now', 'setTimeout') clock: unknown;
}

export class ModelFields implements FieldsOf<ModelOptions> {
  @IsDuration() idleTtl: unknown;
  @IsDisposal() dispose: unknown;
  @IsSize() size: unknown;
}

function IsDisposal(): PropertyDecorator {
  return optionCheck('isDisposal', (value) => {
    return value === false || typeof value === 'function'
      ? undefined
      : `must be a function or false; got ${kindOf(value)}.`;
  });
}

function IsSize(): PropertyDecorator {
  return optionCheck('isSize', (value) => {
    if (typeof value === 'function' || tryParseBytes(value) !== undefined) return undefined;
    return `must be a number of bytes or a function; got ${shownValue(value)}. ${BYTES_HELP}`;
  });
}
