import type { Codec } from '../contracts/codec.js';

const own = new WeakSet<object>();

/** Says that the codec is the library's own, and may have an id below 16 where users hand it in. */
export function ownCodec(codec: Codec): Codec {
  own.add(codec);
  return Object.freeze(codec);
}

export function isOwnCodec(codec: object): boolean {
  return own.has(codec);
}
