import { BYTES_HELP, tryParseBytes } from '../../support/byte-size.js';
import { shownValue } from '../shown-value.js';
import { optionCheck } from './option-check.js';

/** A number of bytes from `min` up, or `'512b' '1kb' '64mb'`. */
export function IsByteSize(min: number): PropertyDecorator {
  return optionCheck('isByteSize', (value) => {
    const bytes = tryParseBytes(value);
    if (bytes === undefined) return `must be a number of bytes; got ${shownValue(value)}. ${BYTES_HELP}`;
    return bytes < min ? `must be ${min} or more; got ${shownValue(value)}.` : undefined;
  });
}
