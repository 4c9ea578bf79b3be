import { inspect } from 'node:util';

/**
 * Shows a label in place of the object when it is logged or turned into JSON. What is reached from it holds options, and so
 * passwords, or the values of other people.
 */
export function hideWhenPrinted(target: object, label: string): void {
  const shown = `[${label}]`;
  for (const name of [inspect.custom, 'toJSON']) {
    Object.defineProperty(target, name, { value: () => shown, configurable: true, writable: true, enumerable: false });
  }
}
