import { Injectable } from '@nestjs/common';

import type { KeyGenerator, KeyInput } from '../contracts/key-generator.js';
import { callKey, headOf } from '../core/call-key.js';
import { computeHash } from '../core/key-hash.js';
import { CacheUsageError } from '../support/errors.js';

/** In classes, and in methods of each. */
const HEADS_LIMIT = 1000;

/**
 * Makes the keys of decorated methods. To make them otherwise, extend this class and provide yours in its place:
 * `{ provide: CacheKeyGenerator, useClass: MyKeyGenerator }`.
 */
@Injectable()
export class CacheKeyGenerator implements KeyGenerator {
  /** By class, then method. A program has a fixed set of them, and looking one up is cheaper than spelling it. */
  readonly #heads = new Map<string, Map<string, string>>();

  /**
   * `<ClassName>:<methodName>:<arguments>`, or `<prefix>:<arguments>`: the arguments in canonical text, joined by `:`.
   * Two calls share a key only when class, method and all arguments are equal; `find(1)` and `find(1, undefined)` are two.
   * A prefix is the caller's own name for what is cached: calls that share it share keys, whatever their class.
   *
   * A key of more than 200 characters is `<ClassName>:<methodName>:#<sha-256 of the arguments' text>.<its length>`. The end
   * tells it from a single long string, which is `#<sha-256>.<length>s`; no other text begins with `#`.
   *
   * @throws CacheKeyError naming the argument (`argument 0.user`, counted from 0) that has no stable identity.
   * @throws CacheUsageError when the prefix is empty.
   */
  generate({ className, methodName, args, prefix }: KeyInput): string {
    if (prefix === '') throw new CacheUsageError('The key prefix is empty. Leave it out, or give it a name.');
    const head = prefix ?? this.#headOf(className, methodName);
    return callKey(head, args);
  }

  #headOf(className: string, methodName: string): string {
    let methods = this.#heads.get(className);
    const known = methods?.get(methodName);
    if (known !== undefined) return known;
    const head = headOf(className, methodName);
    // Bounded also when someone makes names up at run time: start again rather than keep an order.
    if (methods === undefined || methods.size >= HEADS_LIMIT) {
      if (this.#heads.size >= HEADS_LIMIT) this.#heads.clear();
      this.#heads.set(className, (methods = new Map<string, string>()));
    }
    methods.set(methodName, head);
    return head;
  }

  /** SHA-256 in hex; of a stream, a promise of it. @throws CacheUsageError for anything else, and for a stream that was read before. */
  static readonly computeHash = computeHash;

  /** `document:parse:<hash>`. @throws CacheUsageError when the hash is empty. */
  static documentParse(hash: string): string {
    return `document:parse:${last('The document hash', hash)}`;
  }

  /** `ocr:extract:<hash>`. @throws CacheUsageError when the hash is empty. */
  static ocrExtract(hash: string): string {
    return `ocr:extract:${last('The image hash', hash)}`;
  }

  /** `image:<kind>:<hash>`. @throws CacheUsageError when either is empty, or the kind holds a colon. */
  static imageAnalysis(hash: string, kind: string): string {
    return `image:${inner('The kind of analysis', kind)}:${last('The image hash', hash)}`;
  }

  /** `validation:<kind>:<hash>`. @throws CacheUsageError when either is empty, or the kind holds a colon. */
  static validation(hash: string, kind: string): string {
    return `validation:${inner('The kind of validation', kind)}:${last('The hash', hash)}`;
  }

  /** `risk:<type>:<id>`. @throws CacheUsageError when either is empty, or the type holds a colon. */
  static riskScore(type: string, id: string): string {
    return `risk:${inner('The type of risk', type)}:${last('The id', id)}`;
  }
}

/** The last part of a key. It may hold colons (a URN): the parts before it cannot, so where it begins is never in doubt. */
function last(what: string, part: unknown): string {
  if (typeof part === 'string' && part !== '') return part;
  throw new CacheUsageError(
    `${what} is ${part === '' ? 'empty' : `of type ${typeof part}`}. Give a string that is not empty.`,
  );
}

function inner(what: string, part: unknown): string {
  const text = last(what, part);
  if (!text.includes(':')) return text;
  throw new CacheUsageError(
    `${what} is ${JSON.stringify(text)}. It separates two parts of a key, so it cannot hold a colon.`,
  );
}
