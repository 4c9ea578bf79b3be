import { CacheKeyError } from '../../support/errors.js';
import { messageOf } from '../../support/message-of.js';

/** What tells one reason for a warning from another. */
export function reasonOf(operation: string, error: unknown): string {
  if (error instanceof CacheKeyError) return `key ${error.path}`;
  return `${operation} ${error instanceof Error ? error.name : typeof error}`;
}

/** The error's message, without the full stop, and what can be done about it where the message cannot know. */
export function remedyFor(error: unknown, decorator: string, hasKey: boolean): string {
  const message = messageOf(error).replace(/\.$/, '');
  if (!(error instanceof CacheKeyError)) return message;
  // The arguments of the key function are no matter; what it made of them is.
  if (hasKey) return message.replace(/argument 0/, 'what the key function returned');
  if (!message.includes('has no toJSON')) return message;
  return `${message}; for an object that holds nothing but data, @${decorator}({ key: (it) => ({ ...it }) }). Or give its class a toJSON method`;
}
