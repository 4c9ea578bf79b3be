import { CacheFormatError } from '../../support/errors.js';

/** Runs a decompressor of zlib. @throws CacheFormatError, and nothing else. */
export function inflated(name: string, maxBytes: number, run: () => Buffer): Buffer {
  try {
    return run();
  } catch (error) {
    const code = String(Reflect.get(Object(error) as object, 'code'));
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      throw new CacheFormatError(`The payload is larger than ${maxBytes} bytes when inflated.`);
    }
    throw new CacheFormatError(`The payload is not what ${name} writes (${code}).`);
  }
}
