import { createHash } from 'node:crypto';
import type { EncryptionKey } from '../contracts/encoding-options.js';

/** AES-256. */
export const KEY_LENGTH = 32;
const ID_LENGTH = 4;

const HEX = /^[\da-f]{64}$/i;
/** Both alphabets of RFC 4648, sections 4 and 5; 32 bytes are 43 characters and a padding that may be left out. */
const BASE64 = /^[A-Za-z\d+/_-]{43}=?$/;

/** The 32 bytes of a key however it is spelled; `undefined` when it is no such thing. */
export function keyBytes(key: unknown): Buffer | undefined {
  if (key instanceof Uint8Array) return key.byteLength === KEY_LENGTH ? Buffer.from(key) : undefined;
  if (typeof key !== 'string') return undefined;
  const text = key.trim();
  if (HEX.test(text)) return Buffer.from(text, 'hex');
  return BASE64.test(text) ? Buffer.from(text, 'base64') : undefined;
}

/**
 * Four public bytes that tell keys apart. Of a fingerprint: SHA-256 of 32 random bytes, under a prefix that nothing else
 * hashes a key with, tells nothing about them.
 */
export function fingerprint(key: EncryptionKey): Buffer {
  return shortHash('nestjs-cached/encryption-key/fingerprint', keyBytes(key)!);
}

/** The same for a key that was given a name. */
export function nameId(name: string): Buffer {
  return shortHash('nestjs-cached/encryption-key/name', Buffer.from(name));
}

function shortHash(domain: string, data: Buffer): Buffer {
  return createHash('sha256').update(`${domain}\0`).update(data).digest().subarray(0, ID_LENGTH);
}
