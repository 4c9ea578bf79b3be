/** A method as the decorators see it, whatever its types. */
export type AnyMethod = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Puts a wrapper in the method's place, as like it as can be: name, length, prototype, own properties and all metadata
 * that decorators below have left. Decorators above then find the wrapper.
 */
export function replaceMethod(
  descriptor: PropertyDescriptor,
  run: (instance: unknown, args: unknown[]) => unknown,
): void {
  const original = descriptor.value as AnyMethod;
  // A method has no `prototype`; that of a function would have some take it for a class.
  const methods: Record<'wrapper', AnyMethod> = {
    wrapper(this: unknown, ...args: unknown[]): unknown {
      return run(this, args);
    },
  };
  const { wrapper } = methods;
  for (const key of Reflect.ownKeys(original)) {
    // `prototype`, `arguments` and `caller` of a plain function belong to that very function.
    if (key === 'prototype' || key === 'arguments' || key === 'caller') continue;
    Object.defineProperty(wrapper, key, Object.getOwnPropertyDescriptor(original, key)!);
  }
  Object.setPrototypeOf(wrapper, Object.getPrototypeOf(original) as object | null);
  // Absent when reflect-metadata is not loaded; then there is nothing to copy.
  for (const key of Reflect.getOwnMetadataKeys?.(original) ?? []) {
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, original), wrapper);
  }
  descriptor.value = wrapper;
}
