import { kindOf } from '../shown-value.js';
import { optionCheck } from './option-check.js';

/** `true`, `false`, or options for `tls.connect`, whose members are not looked at. */
export function IsTls(): PropertyDecorator {
  return optionCheck('isTls', (value) => {
    if (typeof value === 'boolean') return undefined;
    const kind = kindOf(value);
    return kind === 'an object'
      ? undefined
      : `must be true, false or an object of options for tls.connect; got ${kind}.`;
  });
}
