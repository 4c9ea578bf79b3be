/** What a method returns, as far as its declaration tells: a promise, a stream, something else, or no telling. */
export type Returns = 'promise' | StreamKind | 'other' | 'unknown';

/** `iterable`: an async iterable. `observable`: of rxjs. `readable`: a `ReadableStream` of the platform. `node`: a `Readable`. */
export type StreamKind = 'iterable' | 'observable' | 'readable' | 'node';

export const STREAM_KINDS: readonly StreamKind[] = ['iterable', 'observable', 'readable', 'node'];

/** From the kind of function and the return type that TypeScript leaves with `emitDecoratorMetadata`. */
export function returnsOf(target: object, property: string | symbol, method: unknown): Returns {
  const tag = Object.prototype.toString.call(method);
  if (tag === '[object AsyncFunction]') return 'promise';
  if (tag === '[object AsyncGeneratorFunction]') return 'iterable';
  if (tag.endsWith('GeneratorFunction]')) return 'other';
  const declared: unknown = Reflect.getMetadata?.('design:returntype', target, property);
  // Interfaces, unions and type parameters are all `Object` by then; without an annotation there is nothing.
  if (typeof declared !== 'function' || declared === Object) return 'unknown';
  const { prototype } = declared;
  return isThenable(prototype) ? 'promise' : (kindOf(prototype) ?? 'other');
}

/** Which kind of stream it is; `undefined`: none. */
export function kindOf(value: unknown): StreamKind | undefined {
  if (has(value, 'getReader')) return 'readable';
  const isPiped = has(value, 'pipe');
  if (has(value, Symbol.asyncIterator)) return isPiped ? 'node' : 'iterable';
  return isPiped && has(value, 'subscribe') ? 'observable' : undefined;
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
  return kindOf(value) !== undefined || (has(value, 'next') && has(value, Symbol.iterator)) || has(value, 'getStream');
}

function has(value: unknown, method: string | symbol): boolean {
  return (
    value !== null &&
    value !== undefined &&
    typeof (value as Partial<Record<string | symbol, unknown>>)[method] === 'function'
  );
}
