import type { Codec } from '../contracts/codec.js';
import { CacheFormatError, CacheValueError } from '../support/errors.js';
import { importPackage } from '../support/lazy-package.js';
import { readTagged } from './msgpack-reader.js';
import { scanMsgpack } from './msgpack-scan.js';
import { isOrdinary, writeTagged } from './msgpack-writer.js';

/*
 * Tagged MessagePack. FROZEN: tags may be added, none may change.
 *
 * Data that MessagePack has is plain MessagePack without extensions, to be read with any tool. Everything else is a map
 * with one single key that begins with `$nc:` and says what the payload is:
 *
 *   $nc:undefined 0                  $nc:number "-0"
 *   $nc:bigint "123"                 as in the json codec
 *   $nc:Date ms                      nil: an invalid date
 *   $nc:RegExp [source, flags]       $nc:URL "https://..."   $nc:URLSearchParams "a=1&b=2"
 *   $nc:Map [key, value, ...]        $nc:Set [item, ...]
 *   $nc:Error [type, name, message, stack, key, value, ...]   stack may be an $nc:undefined
 *   $nc:Buffer bin                   also ArrayBuffer, DataView and every typed array by its name; elements little-endian
 *   $nc:string bin                   UTF-16LE, of a text with lone surrogates
 *   $nc:Object [key, value, ...]     an object with a key that begins with `$nc:` and no other, or with a key
 *                                    `__proto__`, `constructor` or one with lone surrogates
 */

/** A value that large leaves msgpackr with a buffer several times its size, for good. */
const LARGE = 1024 * 1024;
const FRESH_BUFFER = 8_192;

/** `decode` throws `CacheFormatError` and nothing else. @throws CacheDependencyError without `msgpackr`. */
export async function loadMsgpackCodec(): Promise<Codec> {
  const { Packr } = await importPackage('msgpackr', () => import('msgpackr'), "codec 'msgpack'");
  const packr = new Packr({ useRecords: false, variableMapSize: true });

  return {
    name: 'msgpack',
    id: 2,

    encode(value) {
      try {
        if (!isOrdinary(value)) return writeTagged(value);
        const bytes = packr.pack(value);
        if (bytes.buffer.byteLength > LARGE) packr.useBuffer(Buffer.allocUnsafeSlow(FRESH_BUFFER));
        return bytes;
      } catch (error) {
        if (error instanceof CacheValueError) throw error;
        throw new CacheValueError('$', 'nested too deeply, or too large to be encoded');
      }
    },

    decode(bytes) {
      const hasTags = scanMsgpack(bytes);
      try {
        const value: unknown = packr.unpack(bytes);
        return hasTags ? readTagged(value, 0) : value;
      } catch (error) {
        if (error instanceof CacheFormatError) throw error;
        throw new CacheFormatError(`The payload is not what the msgpack codec writes (${(error as Error).name}).`);
      }
    },
  };
}
