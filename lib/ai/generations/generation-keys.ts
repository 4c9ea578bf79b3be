import { canonicalName } from '../../core/canonical-text.js';
import { computeHash } from '../../core/key-hash.js';
import { CacheUsageError } from '../../support/errors.js';
import { classify } from '../../support/value-kind.js';
import { digestOf } from '../keys/request-keys.js';
import { digestOfText } from '../keys/text-digest.js';
import { generationOptionParts } from './generation-option-parts.js';
import { abandonContent } from './given-content.js';

/** What is generated from: a text, the bytes of a file, or a stream of them, which is read to its end. */
export type GenerationContent = string | Uint8Array | AsyncIterable<Uint8Array>;

/** Where there is no version. No version is spelled like it. */
const ABSENT = '-';

/**
 * Makes the keys of results: `generation:<version>:<sha-256 of the content>:<sha-256 of the options>`. Another content, other
 * options or another version is another key; however they are spelled, none passes for another.
 *
 * A text and its UTF-8 bytes are one content. Of the options, the order of properties does not count, one that is `undefined`
 * is absent, and what says how a call is made and not what comes out of it is left out: see `ignored-options.ts`.
 */
export class GenerationKeys {
  private readonly head: string;

  constructor(version: string | number | undefined) {
    this.head = `generation:${version === undefined ? ABSENT : versionText(String(version))}`;
  }

  /**
   * @throws CacheUsageError for what is no content, or options that are no plain object; CacheKeyError naming the path, such as
   * `options.onPage.handler`, of what has no stable identity. Of a stream the promise rejects: with a CacheUsageError when it was
   * read before, and as the stream itself does.
   */
  keyOf(content: string | Uint8Array, options: object | undefined): string;
  keyOf(content: GenerationContent, options: object | undefined): string | Promise<string>;
  keyOf(content: GenerationContent, options: object | undefined): string | Promise<string> {
    const rest = this.digestOf(options, content);
    const hash = typeof content === 'string' ? digestOfText(content) : computeHash(content);
    return typeof hash === 'string' ? this.join(hash, rest) : hash.then((digest) => this.join(digest, rest));
  }

  private digestOf(options: unknown, content: unknown): string {
    try {
      return digestOfOptions(options);
    } catch (error) {
      abandonContent(content);
      throw error;
    }
  }

  private join(hash: string, rest: string): string {
    return `${this.head}:${hash}:${rest}`;
  }
}

function versionText(version: string): string {
  return version === ABSENT ? JSON.stringify(version) : canonicalName(version);
}

function digestOfOptions(options: unknown): string {
  if (options === undefined) return digestOf([]);
  if (typeof options !== 'object' || options === null || classify(options).kind !== 'object') {
    const got = options === null ? 'null' : Array.isArray(options) ? 'an array' : `a value of type ${typeof options}`;
    throw new CacheUsageError(`The options of a generation must be a plain object; got ${got}.`);
  }
  return digestOf(generationOptionParts(options));
}
