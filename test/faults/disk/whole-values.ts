import { Buffer } from 'node:buffer';

/** Bytes that say what they must be: of 200 B to 200 KiB, from nothing but a number. */
export function wholeValue(seed: number): Buffer {
  const size = Math.floor(200 * 1_000 ** ((seed * 0.618_034) % 1));
  const bytes = Buffer.alloc(size, `${seed}:`);
  bytes.writeUInt32BE(seed, 0);
  return bytes;
}

/** Whether these bytes are those of one number, every one of them. */
export function isWhole(bytes: Uint8Array): boolean {
  return Buffer.compare(bytes, wholeValue(Buffer.from(bytes).readUInt32BE(0))) === 0;
}
