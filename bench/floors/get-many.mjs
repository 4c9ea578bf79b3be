import { isAscii } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { keyOf, storedValues, wireKey } from './stored-values.mjs';

const AT_ONCE = 50;
const LIMIT_MS = 1_000;
const HEADER = 52;

/**
 * What a `getMany` is made of, the very bytes of the cache read in each way: by hand, and then with one promise after the
 * other, each in the least code that keeps it. The last but one is the floor of a cache that makes these promises.
 */
export async function stages() {
  const { cache, close, mget, pipelining, sample, start } = await storedValues();
  const meta = sample.toString('latin1', HEADER, start);
  const parse = (/** @type {Buffer} */ bytes) => JSON.parse(bytes.toString('latin1', start));
  const text = (/** @type {Buffer} */ payload) => {
    if (!isAscii(payload)) throw new Error('The values of this bench are ASCII.');
    return JSON.parse(payload.toString('latin1'));
  };
  // Key, header, what the entry is held against, and value, in one sum.
  const checked = (/** @type {string} */ key, /** @type {Buffer} */ bytes) => {
    let sum = crc32(bytes.subarray(0, 8), crc32(wireKey(key)));
    sum = crc32(bytes.subarray(HEADER), crc32(bytes.subarray(16, 48), sum));
    if (sum !== bytes.readUInt32BE(48)) throw new Error('damaged');
    return bytes;
  };
  const standing = (/** @type {string} */ key, /** @type {Buffer} */ bytes) => {
    checked(key, bytes);
    const offset = HEADER + bytes.readUInt32BE(40);
    const now = Date.now();
    if (now >= bytes.readDoubleBE(8) || now >= bytes.readDoubleBE(24)) return undefined;
    return bytes.toString('latin1', HEADER, offset) === meta ? text(bytes.subarray(offset)) : undefined;
  };
  const each = (/** @type {(key: string, bytes: Buffer) => unknown} */ read) => async (/** @type {number} */ nth) => {
    const keys = batchOf(nth);
    const found = await mget(keys);
    return new Map(keys.map((key, at) => [key, read(key, /** @type {Buffer} */ (found[at]))]));
  };
  return {
    stages: [
      {
        name: `${AT_ONCE} gets of ioredis, auto-pipelined, JSON`,
        run: (nth) => Promise.all(batchOf(nth).map(async (key) => JSON.parse((await pipelining.get(key)) ?? 'null'))),
      },
      { name: 'one MGET, JSON', run: each((_key, bytes) => parse(bytes)) },
      { name: '+ CRC-32 of key, header and value', run: each((key, bytes) => parse(checked(key, bytes))) },
      { name: '+ instants, the version of its scope, text that is known to be ASCII', run: each(standing) },
      {
        name: '+ a time limit',
        run: (nth) => {
          /** @type {NodeJS.Timeout | undefined} */
          let timer;
          const late = new Promise((_resolve, reject) => {
            timer = setTimeout(() => reject(new Error('late')), LIMIT_MS);
          });
          return Promise.race([each(standing)(nth), late]).finally(() => clearTimeout(timer));
        },
      },
      { name: 'nestjs-cached, getMany', run: (nth) => cache.getMany(batchOf(nth)) },
    ],
    close,
  };
}

/** @param {number} nth */
function batchOf(nth) {
  return Array.from({ length: AT_ONCE }, (_, at) => keyOf(nth * AT_ONCE + at));
}
