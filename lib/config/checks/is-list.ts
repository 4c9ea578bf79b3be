import { kindOf } from '../shown-value.js';
import { optionCheck, type Check } from './option-check.js';

/** RFC 9110 section 5.6.2, "token": what a header may be called. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** A list of strings, or a function that tells it. */
export function IsListOrFunction(item: Check): PropertyDecorator {
  return optionCheck('isListOrFunction', (value) => {
    if (typeof value === 'function') return undefined;
    if (!Array.isArray(value)) return `must be an array of strings or a function; got ${kindOf(value)}.`;
    for (const [index, entry] of (value as unknown[]).entries()) {
      const fault = item(entry);
      if (fault !== undefined) return `[${index}] ${fault}`;
    }
    return undefined;
  });
}

export function headerNameFault(value: unknown): string | undefined {
  if (typeof value !== 'string') return `must be the name of a header; got ${kindOf(value)}.`;
  if (value === '*') return "must be the name of a header; '*' would tell every request apart.";
  return TOKEN.test(value) ? undefined : 'is no name of a header (RFC 9110 section 5.6.2).';
}
