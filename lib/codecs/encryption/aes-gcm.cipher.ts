import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';
import type { Cipher } from '../../contracts/cipher.js';
import { CacheFormatError } from '../../support/errors.js';

/** A key as the options resolve it: its bytes stay where no log can print them. */
export interface CipherKey {
  /** Four public bytes; they stand in front of everything the key has sealed. */
  readonly id: Uint8Array;
  readonly secret: KeyObject;
}

const ALGORITHM = 'aes-256-gcm';
const ID_LENGTH = 4;
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;
const HEAD_LENGTH = ID_LENGTH + NONCE_LENGTH;

/**
 * AES-256-GCM (NIST SP 800-38D): key id (4 bytes), nonce (12), ciphertext, tag (16).
 *
 * The nonce is random. Two payloads under one key and nonce would betray both, and the key of the tag, so section 8.3
 * allows 2^32 payloads a key: every process that writes with it counts.
 *
 * @param keys The first one seals, all of them open.
 */
export function aesGcmCipher(
  keys: readonly CipherKey[],
  makeNonce: (length: number) => Uint8Array = randomBytes,
): Cipher {
  const [writing] = keys;
  if (!writing) throw new TypeError('A cipher needs a key.');
  const secrets = new Map(keys.map(({ id, secret }) => [hex(id), secret]));
  return {
    id: 1,
    name: ALGORITHM,
    overhead: HEAD_LENGTH + TAG_LENGTH,

    seal(plain, context) {
      const nonce = makeNonce(NONCE_LENGTH);
      const cipher = createCipheriv(ALGORITHM, writing.secret, nonce, { authTagLength: TAG_LENGTH });
      cipher.setAAD(context);
      return Buffer.concat([writing.id, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },

    open(sealed, context) {
      if (sealed.byteLength < HEAD_LENGTH + TAG_LENGTH) {
        throw new CacheFormatError('The encrypted payload is cut short.');
      }
      const secret = secrets.get(hex(sealed.subarray(0, ID_LENGTH)));
      if (!secret)
        throw new CacheFormatError('The entry was encrypted with a key that is not among the keys.', 'format');
      const end = sealed.byteLength - TAG_LENGTH;
      const nonce = sealed.subarray(ID_LENGTH, HEAD_LENGTH);
      // Node takes shorter tags, which can be guessed, unless it is told the length.
      const decipher = createDecipheriv(ALGORITHM, secret, nonce, { authTagLength: TAG_LENGTH });
      decipher.setAAD(context);
      decipher.setAuthTag(sealed.subarray(end));
      const plain = decipher.update(sealed.subarray(HEAD_LENGTH, end));
      try {
        decipher.final();
      } catch {
        throw new CacheFormatError('The encrypted payload, its key or its surroundings were changed.');
      }
      return plain;
    },
  };
}

function hex(id: Uint8Array): string {
  return Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('hex');
}
