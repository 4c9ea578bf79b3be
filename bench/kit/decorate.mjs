/**
 * What the compiler makes of a decorator of a method, for files that nothing compiles.
 * @param {object} prototype @param {string} name @param {...Function} decorators The outermost first.
 */
export function decorate(prototype, name, ...decorators) {
  const own = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(prototype, name));
  const made = decorators.reduceRight((given, each) => each(prototype, name, given) ?? given, own);
  Object.defineProperty(prototype, name, made);
}
