import { publicMessageOf } from '../../support/public-message.js';

/**
 * The error as others may see it: its name, its message, its code and where it was thrown.
 *
 * ioredis hangs the command on its errors, arguments and all: the password of an AUTH that failed, the bytes of a value
 * that was not stored. Whoever prints an `error` event to the depth would print them. A copy, because the error of a
 * client that was handed in is not ours to change.
 */
export function bareError(error: unknown): Error {
  const message = publicMessageOf(error);
  const bare = new Error(message);
  const { name, code, stack } = Object(error) as Partial<Record<'name' | 'code' | 'stack', unknown>>;
  if (typeof code === 'string') define(bare, 'code', code);
  if (typeof name !== 'string') return bare;
  define(bare, 'name', name);
  define(bare, 'stack', `${name}: ${message}${typeof stack === 'string' ? frames(stack) : ''}`);
  return bare;
}

/** Without the message above them, which is the one that was cleaned. */
function frames(stack: string): string {
  const at = stack.search(/\n\s+at /);
  return at === -1 ? '' : stack.slice(at);
}

function define(error: Error, name: string, value: string): void {
  Object.defineProperty(error, name, { value, configurable: true, writable: true, enumerable: name === 'code' });
}
