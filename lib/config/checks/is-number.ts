import { shownValue } from '../shown-value.js';
import { optionCheck } from './option-check.js';

/** A whole number from `min` to `max`. */
export function IsWholeNumber(min: number, max: number = Number.MAX_SAFE_INTEGER): PropertyDecorator {
  const range = max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`;
  return optionCheck('isWholeNumber', (value) => {
    const fits = typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
    return fits ? undefined : `must be a whole number ${range}; got ${shownValue(value)}.`;
  });
}

/** A share of something: 0 to 1. */
export function IsShare(): PropertyDecorator {
  return optionCheck('isShare', (value) => {
    const fits = typeof value === 'number' && value >= 0 && value <= 1;
    return fits ? undefined : `must be a number from 0 to 1; got ${shownValue(value)}.`;
  });
}

/** `true`, `false`, or a finite number from 0 up. */
export function IsSwitchOrFactor(): PropertyDecorator {
  return optionCheck('isSwitchOrFactor', (value) => {
    const fits = typeof value === 'boolean' || (typeof value === 'number' && value >= 0 && value < Infinity);
    return fits ? undefined : `must be true, false or a finite number of 0 or more; got ${shownValue(value)}.`;
  });
}
