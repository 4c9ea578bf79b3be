/** What a method returns, as far as its declaration tells: a promise, something else, or no telling. */
export type Returns = 'promise' | 'other' | 'unknown';

/** From the kind of function and the return type that TypeScript leaves with `emitDecoratorMetadata`. */
export function returnsOf(target: object, property: string | symbol, method: unknown): Returns {
  const tag = Object.prototype.toString.call(method);
  if (tag === '[object AsyncFunction]') return 'promise';
  if (tag.endsWith('GeneratorFunction]')) return 'other';
  const declared: unknown = Reflect.getMetadata?.('design:returntype', target, property);
  // Interfaces, unions and type parameters are all `Object` by then; without an annotation there is nothing.
  if (typeof declared !== 'function' || declared === Object) return 'unknown';
  return isThenable(declared.prototype) ? 'promise' : 'other';
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return has(value, 'then');
}

/**
 * What is used up by whoever reads it, or does its work for each subscriber anew: streams, async iterables, iterators,
 * observables, Nest's `StreamableFile`. No two callers may be given the same one, and nothing of it can be stored.
 */
export function isStream(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return (
    has(value, Symbol.asyncIterator) ||
    (has(value, 'next') && has(value, Symbol.iterator)) ||
    (has(value, 'subscribe') && has(value, 'pipe')) ||
    has(value, 'getReader') ||
    has(value, 'getStream')
  );
}

function has(value: unknown, method: string | symbol): boolean {
  return (
    value !== null &&
    value !== undefined &&
    typeof (value as Partial<Record<string | symbol, unknown>>)[method] === 'function'
  );
}
