import { EVICTION_NAMES } from '../../support/eviction/create-eviction.js';
import { kindOf } from '../shown-value.js';
import { oneOfFault } from './is-text.js';
import { optionCheck } from './option-check.js';

/** The name of an eviction strategy, or a function that makes one. */
export function IsEviction(): PropertyDecorator {
  return optionCheck('isEviction', evictionFault);
}

export function evictionFault(value: unknown): string | undefined {
  if (typeof value === 'function') {
    if (kindOf(value) !== 'a class') return undefined;
    return `is a class; give a function that makes one: () => new ${value.name || 'YourEviction'}().`;
  }
  if (typeof value === 'object') return `must be a strategy's name or a function that makes one; got ${kindOf(value)}.`;
  return oneOfFault(value, EVICTION_NAMES);
}
