import { isAscii, isUtf8 } from 'node:buffer';
import type { Codec } from '../contracts/codec.js';
import { CacheFormatError, CacheValueError } from '../support/errors.js';
import { MAX_DEPTH } from '../support/value-path.js';
import { refuseDeep } from './json-depth.js';
import { readTagged } from './json-reader.js';
import { isOrdinary, writeTagged } from './json-writer.js';
import { TAG } from './tag-payload.js';

/*
 * Tagged JSON. FROZEN: tags may be added, none may change.
 *
 * Ordinary JSON data is ordinary JSON text, to be read with any tool. Everything else is an object with one single key
 * that begins with `$nc:` and says what the payload is:
 *
 *   {"$nc:undefined":0}                    {"$nc:number":"NaN"}   also "Infinity", "-Infinity", "-0"
 *   {"$nc:bigint":"123"}                   decimal to 300 digits; longer "0x..." or "-0x...", which is read in linear time
 *   {"$nc:Date":"2024-05-01T00:00:00.000Z"}   null: an invalid date
 *   {"$nc:RegExp":["source","flags"]}      {"$nc:URL":"https://..."}   {"$nc:URLSearchParams":"a=1&b=2"}
 *   {"$nc:Map":[[key,value],...]}          {"$nc:Set":[item,...]}
 *   {"$nc:Error":{"type":"TypeError","name":"...","message":"...","stack":"...","data":{...}}}   stack may be missing
 *   {"$nc:Buffer":"base64"}                also ArrayBuffer, DataView and every typed array by its name; elements little-endian
 *   {"$nc:Object":{"$nc:x":...}}           a user's own object with one single key that begins with `$nc:`, so that
 *                                          no data is ever taken for a tag
 */

/** Below this many characters no text can be nested deeper than a kept value may be. */
const SHALLOW_LENGTH = 2 * MAX_DEPTH;
const MARKER = `{"${TAG}`;

/** The default codec. `decode` throws `CacheFormatError` and nothing else. */
export const jsonCodec: Codec = {
  name: 'json',
  id: 1,

  encode(value) {
    try {
      return Buffer.from(isOrdinary(value) ? JSON.stringify(value) : writeTagged(value));
    } catch (error) {
      if (error instanceof RangeError) throw new CacheValueError('$', 'nested too deeply, or too long for one text');
      throw error;
    }
  },

  decode(bytes) {
    const text = textOf(bytes);
    try {
      const parsed: unknown = JSON.parse(text);
      // A quote inside a JSON string is always escaped, so the marker cannot stand in data.
      if (text.includes(MARKER)) return readTagged(parsed, 0);
      if (text.length > SHALLOW_LENGTH) refuseDeep(parsed);
      return parsed;
    } catch (error) {
      if (error instanceof CacheFormatError) throw error;
      throw new CacheFormatError(`The payload is not what the json codec writes (${(error as Error).name}).`);
    }
  },
};

/** @throws CacheFormatError when it is no UTF-8: damaged text would be read with replacement characters in it. */
function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // What is ASCII is the same in both, and copied instead of decoded.
  if (isAscii(buffer)) return buffer.toString('latin1');
  if (!isUtf8(buffer)) throw new CacheFormatError('The payload is not UTF-8.');
  return buffer.toString();
}
