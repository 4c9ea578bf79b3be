import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';

/** In Node since version 20; TypeScript's ES2023 library does not know it yet. */
type CheckedString = string & { isWellFormed(): boolean };

/**
 * SHA-256 in lower-case hex; of a string's UTF-8.
 *
 * UTF-8 has no spelling for a lone surrogate: encoders write U+FFFD in its place, so every ill-formed string would share
 * the hash of others. Such a string is hashed as the byte FF, which UTF-8 never contains, and its UTF-16 code units.
 */
export function sha256(data: string | Uint8Array): string {
  const wellFormed = typeof data !== 'string' || (data as CheckedString).isWellFormed();
  return hash('sha256', wellFormed ? data : Buffer.concat([Buffer.of(0xff), Buffer.from(data, 'utf16le')]), 'hex');
}
