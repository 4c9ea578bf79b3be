import { suggestion } from '../suggestion.js';
import { kindOf, shownValue } from '../shown-value.js';
import { optionCheck } from './option-check.js';

/** A string that says something. */
export function IsText(): PropertyDecorator {
  return optionCheck('isText', textFault);
}

export function textFault(value: unknown): string | undefined {
  if (typeof value !== 'string') return `must be a string; got ${shownValue(value)}.`;
  return value.trim() === '' ? 'must not be empty.' : undefined;
}

/** A string that no message may show. */
export function IsSecret(): PropertyDecorator {
  return optionCheck('isSecret', (value) => {
    if (typeof value === 'string') return undefined;
    return `must be a string; got ${kindOf(value)}.${typeof value === 'number' ? ' Put it in quotes.' : ''}`;
  });
}

/** One of some words. */
export function IsOneOf(...words: readonly string[]): PropertyDecorator {
  return optionCheck('isOneOf', (value) => oneOfFault(value, words));
}

export function oneOfFault(value: unknown, words: readonly string[]): string | undefined {
  if (typeof value === 'string' && words.includes(value)) return undefined;
  const meant = typeof value === 'string' ? suggestion(value, words) : undefined;
  const list = words.map((word) => `'${word}'`).join(', ');
  return `must be one of ${list}; got ${shownValue(value)}.${meant === undefined ? '' : ` Did you mean '${meant}'?`}`;
}

/** `true` or `false`. */
export function IsSwitch(): PropertyDecorator {
  return optionCheck('isSwitch', (value) => {
    return typeof value === 'boolean' ? undefined : `must be true or false; got ${shownValue(value)}.`;
  });
}
