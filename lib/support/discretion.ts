import { publicMessageOf } from './public-message.js';
import { sha256 } from './sha256.js';

/** How keys and the errors of a backend are spoken of, in logs, in health reports and in the messages of errors. */
export interface Discretion {
  /** A key as a log line shows it. */
  key(key: string): string;
  /** A key inside of a sentence. */
  quoted(key: string): string;
  /** What an error says, without credentials. */
  error(error: unknown): string;
}

/** Keys as they are. */
export const OPEN: Discretion = {
  key: (key) => key,
  quoted: (key) => JSON.stringify(key),
  error: publicMessageOf,
};

/** For keys that hold what people have written. The same key has the same digest everywhere. */
export const DISCREET: Discretion = { key: digestOf, quoted: digestOf, error: kindOfError };

/** The beginning of the key's SHA-256. */
function digestOf(key: string): string {
  return `#${sha256(key).slice(0, 16)}`;
}

/** The message of a backend's error may quote a key, in any spelling. Its name and its code do not. */
function kindOfError(error: unknown): string {
  const { name, code } = Object(error) as { name?: unknown; code?: unknown };
  const parts = [name, code].filter((part): part is string => typeof part === 'string' && /^[\w.-]{1,64}$/.test(part));
  return parts.length === 0 ? 'an error' : parts.join(' ');
}
