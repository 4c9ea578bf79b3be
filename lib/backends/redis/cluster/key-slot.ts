import { Buffer } from 'node:buffer';

/** Of a Redis Cluster. */
export const SLOTS = 16_384;

/** The remainders of CRC-16/XMODEM, by byte. */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 8;
  for (let bit = 0; bit < 8; bit++) sum = (sum & 0x8000) === 0 ? sum << 1 : (sum << 1) ^ 0x1021;
  return sum;
});

/** In which slot a key is (Redis Cluster specification, "Key distribution model" and "Hash tags"). */
export function slotOf(key: string): number {
  const open = key.indexOf('{');
  const close = key.indexOf('}', open + 1);
  const hashed = open === -1 || close <= open + 1 ? key : key.slice(open + 1, close);
  let sum = 0;
  for (const byte of Buffer.from(hashed)) sum = ((sum << 8) & 0xffff) ^ TABLE[(sum >> 8) ^ byte]!;
  return sum % SLOTS;
}
