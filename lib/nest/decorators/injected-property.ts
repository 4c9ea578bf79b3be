import { Inject, Optional, type InjectionToken } from '@nestjs/common';

/**
 * Has Nest put what it has under the token, if anything, into every instance of the class, whatever its scope. The property is
 * not enumerable, and an instance that takes no property has it all the same.
 */
export function injectHidden(prototype: object, property: symbol, token: InjectionToken): void {
  /** Of instances that take no property. */
  const frozen = new WeakMap<object, object>();
  Inject(token)(prototype, property);
  Optional()(prototype, property);
  // Nest assigns the property; as an own, enumerable one it would show up when instances are printed or compared.
  Object.defineProperty(prototype, property, {
    configurable: true,
    get(this: object) {
      return frozen.get(this);
    },
    set(this: object, value: object | undefined) {
      if (!value) return;
      if (!Object.isExtensible(this)) frozen.set(this, value);
      else Object.defineProperty(this, property, { value, configurable: true, writable: true });
    },
  });
}
