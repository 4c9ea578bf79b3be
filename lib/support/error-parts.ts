/** An error, taken apart into what the cache keeps of it. */
export interface ErrorParts {
  /** The built-in class it comes back as: `Error`, `TypeError`, ... */
  readonly type: string;
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Its further data under its own keys: `code`, `status`, ... A `cause` and the `errors` of an AggregateError too. */
  readonly data: Record<string, unknown>;
}

const MAKERS: ReadonlyMap<string, (message: string) => Error> = new Map([
  ['Error', (message: string) => new Error(message)],
  ['TypeError', (message: string) => new TypeError(message)],
  ['RangeError', (message: string) => new RangeError(message)],
  ['SyntaxError', (message: string) => new SyntaxError(message)],
  ['EvalError', (message: string) => new EvalError(message)],
  ['ReferenceError', (message: string) => new ReferenceError(message)],
  ['URIError', (message: string) => new URIError(message)],
  ['AggregateError', (message: string) => new AggregateError([], message)],
]);

/** Kept apart, so never part of `data`. */
const OWN_MEMBERS: ReadonlySet<string> = new Set(['name', 'message', 'stack']);
/** Not enumerable on a built-in error, and so on the copy. */
const HIDDEN: ReadonlySet<string> = new Set(['cause', 'errors']);

export function takeErrorApart(error: Error): ErrorParts {
  const data: Record<string, unknown> = {};
  if (Object.hasOwn(error, 'cause')) define(data, 'cause', error.cause, true);
  if (Object.hasOwn(error, 'errors')) define(data, 'errors', Reflect.get(error, 'errors'), true);
  for (const key of Object.keys(error)) {
    if (!OWN_MEMBERS.has(key) && !HIDDEN.has(key)) define(data, key, Reflect.get(error, key), true);
  }
  // A DOMException has its code on the prototype.
  const code: unknown = Reflect.get(error, 'code');
  if (!Object.hasOwn(data, 'code') && (typeof code === 'string' || typeof code === 'number')) data['code'] = code;
  // Whatever the types say: anybody may have assigned anything.
  const { name, message, stack }: { name: unknown; message: unknown; stack?: unknown } = error;
  return {
    type: builtInOf(error),
    name: String(name),
    message: String(message),
    stack: typeof stack === 'string' ? stack : undefined,
    data,
  };
}

export function putErrorTogether(parts: ErrorParts): Error {
  const make = MAKERS.get(parts.type) ?? MAKERS.get('Error')!;
  const error = withoutTrace(() => make(parts.message));
  if (error.name !== parts.name) define(error, 'name', parts.name, false);
  define(error, 'stack', parts.stack, false);
  for (const key of Object.keys(parts.data)) define(error, key, parts.data[key], !HIDDEN.has(key));
  return error;
}

/** The class whose very instance it is; classes of the user come back as Error with their name. */
function builtInOf(error: Error): string {
  const prototype = Object.getPrototypeOf(error) as object;
  const owner: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  const own: unknown = Object.getOwnPropertyDescriptor(prototype, 'name')?.value;
  // Compared by name, for errors of another realm; a user's `class TypeError` has no name on its prototype.
  return typeof owner === 'function' && owner.name === own && MAKERS.has(owner.name) ? owner.name : 'Error';
}

/** The stack is replaced at once; a captured one costs time, and keeps the objects of its frames alive. */
function withoutTrace<T>(make: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** Never assigns: a key `__proto__` would set the prototype, and `name` may be read-only above. */
function define(target: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(target, key, { value, enumerable, writable: true, configurable: true });
}
