import { createHash } from 'node:crypto';
import { hexString } from './pdf-writer.mjs';

// The fixed 32 bytes that fill up a short password (ISO 32000-1, algorithm 2).
const PADDING = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex');
const PERMISSIONS = -44;

/** @param {...Uint8Array} parts */
const md5 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('md5')).digest();

/** RC4: the same function encrypts and decrypts. @param {Uint8Array} key @param {Uint8Array} data */
function rc4(key, data) {
  const box = Uint8Array.from({ length: 256 }, (_, index) => index);
  const swap = (a, b) => ([box[a], box[b]] = [box[b], box[a]]);
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + box[i] + key[i % key.length]) & 255;
    swap(i, j);
  }
  let i = 0;
  let j = 0;
  return Buffer.from(data).map((byte) => {
    i = (i + 1) & 255;
    j = (j + box[i]) & 255;
    swap(i, j);
    return byte ^ box[(box[i] + box[j]) & 255];
  });
}

/** Twenty rounds, each with the key xor the round's number. @param {Uint8Array} key @param {Uint8Array} data */
function rc4Rounds(key, data) {
  let result = data;
  for (let round = 0; round < 20; round++)
    result = rc4(
      key.map((byte) => byte ^ round),
      result,
    );
  return result;
}

/** @param {string} password */
const padded = (password) => Buffer.concat([Buffer.from(password, 'latin1'), PADDING]).subarray(0, 32);

/** The standard security handler, revision 3 with 128-bit keys (ISO 32000-1, 7.6.3): a password is needed to open the file. */
export class PdfEncryption {
  #key;

  /** @param {{ user: string, owner: string }} passwords */
  constructor({ user, owner }) {
    let ownerKey = md5(padded(owner));
    for (let round = 0; round < 50; round++) ownerKey = md5(ownerKey);
    const ownerEntry = rc4Rounds(ownerKey, padded(user));

    this.id = md5(Buffer.from('nestjs-cached sample'));
    const permissions = Buffer.alloc(4);
    permissions.writeInt32LE(PERMISSIONS);
    let key = md5(padded(user), ownerEntry, permissions, this.id);
    for (let round = 0; round < 50; round++) key = md5(key);
    this.#key = key;

    const userEntry = Buffer.concat([rc4Rounds(key, md5(PADDING, this.id)), Buffer.alloc(16)]);
    this.dictionary = `<< /Filter /Standard /V 2 /R 3 /Length 128 /P ${PERMISSIONS} /O ${hexString(ownerEntry)} /U ${hexString(userEntry)} >>`;
  }

  /** @param {number} objectNumber @param {Uint8Array} bytes */
  encrypt(objectNumber, bytes) {
    const number = Buffer.alloc(5);
    number.writeUIntLE(objectNumber, 0, 3);
    return rc4(md5(this.#key, number), bytes);
  }
}
