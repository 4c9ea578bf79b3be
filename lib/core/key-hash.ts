import { createHash } from 'node:crypto';

import { CacheUsageError } from '../support/errors.js';
import { sha256 } from '../support/sha256.js';
import { takeStream } from '../support/take-stream.js';

const SHORTENED = /^#[0-9a-f]{64}\.\d+$/;

/**
 * SHA-256 in hex, for keys made of content: 64 characters whatever the size. Text is hashed as UTF-8, so a string and its
 * UTF-8 bytes agree; ill-formed strings (lone surrogates) have hashes of their own. A stream is read to its end, one
 * chunk at a time; its own failure rejects. Then it is spent: open another one to use what is in it, or to hash it again.
 *
 * @throws CacheUsageError (a stream: a rejection) when the data, or a chunk of it, is none of these, or the stream was read or
 * closed before.
 */
export function computeHash(data: string | Uint8Array): string;
export function computeHash(data: AsyncIterable<Uint8Array>): Promise<string>;
export function computeHash(data: string | Uint8Array | AsyncIterable<Uint8Array>): string | Promise<string>;
export function computeHash(data: string | Uint8Array | AsyncIterable<Uint8Array>): string | Promise<string> {
  if (typeof data === 'string' || data instanceof Uint8Array) return sha256(data);
  if (isAsyncIterable(data)) return hashStream(data);
  throw new CacheUsageError(
    `The data to hash is ${nameOf(data)}. Give a string, a Uint8Array or a stream of Uint8Arrays.`,
  );
}

/**
 * `key` itself when it has at most `limit` UTF-16 code units, else `#<sha-256 hex>.<its length>`, of 67 to 76 characters.
 * Two keys never share a result: one that already looks like a shortened one is shortened as well.
 */
export function shorten(key: string, limit: number): string {
  if (key.length <= limit && !SHORTENED.test(key)) return key;
  return `#${sha256(key)}.${key.length}`;
}

async function hashStream(chunks: AsyncIterable<unknown>): Promise<string> {
  takeStream(chunks);
  const hash = createHash('sha256');
  for await (const chunk of chunks) {
    // A stream with setEncoding() yields strings, whose bytes may no longer be the source's.
    if (!(chunk instanceof Uint8Array)) {
      throw new CacheUsageError(`A chunk of the stream to hash is ${nameOf(chunk)}. Give a stream of Uint8Arrays.`);
    }
    hash.update(chunk);
  }
  return hash.digest('hex');
}

function isAsyncIterable(data: unknown): data is AsyncIterable<unknown> {
  return typeof data === 'object' && data !== null && Symbol.asyncIterator in data;
}

function nameOf(value: unknown): string {
  return value === null ? 'null' : `of type ${typeof value}`;
}
