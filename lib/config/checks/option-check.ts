import { ValidateBy } from 'class-validator/cjs/decorator/common/ValidateBy.js';

/** What is wrong with a value, as a sentence; `undefined` when nothing is. Never asked about `undefined`, which is "not set". */
export type Check = (value: unknown) => string | undefined;

/** A class-validator constraint whose message says what was found. */
export function optionCheck(name: string, check: Check): PropertyDecorator {
  return ValidateBy({
    name,
    validator: {
      validate: (value: unknown) => check(value) === undefined,
      defaultMessage: (found) => check(found?.value) ?? '',
    },
  });
}
