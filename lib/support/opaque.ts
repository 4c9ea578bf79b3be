import { inspect } from 'node:util';

/**
 * Shows its name only when it is logged or turned into JSON: what is reached from it holds options, and so passwords, or
 * the values of other people.
 */
export abstract class Opaque {
  /** @internal */
  toJSON(): string {
    return `[${this.constructor.name}]`;
  }

  /** @internal */
  [inspect.custom](): string {
    return this.toJSON();
  }
}
