import { FailedItem } from '../../core/batches/loaded-item.js';
import { canonicalName, canonicalString } from '../../core/canonical-text.js';
import { CacheEmbeddingError, CacheUsageError } from '../../support/errors.js';
import { digestOfText } from '../keys/text-digest.js';
import { Dimensions } from './dimensions.js';
import { toUnitLength, vectorFrom } from './vector.js';

/** Where something optional is absent. */
const ABSENT = '-';
/** A text of this many UTF-16 code units or more stands in its key as a digest. */
const LONG = 100;

/** What tells vectors apart that must never be compared. */
export interface SpaceIdentity {
  readonly model: string;
  readonly version: string | number | undefined;
  /** As asked for. */
  readonly dimensions: number | undefined;
  /** Whether each has the length 1. */
  readonly unit: boolean;
  /** For what the text was embedded, where that makes another vector. */
  readonly purpose?: string | undefined;
}

/** The vectors of one model: how they are called in the cache, and what all of them have in common. */
export class EmbeddingSpace {
  private readonly head: string;
  private readonly shape: Dimensions;

  constructor(private readonly identity: SpaceIdentity) {
    this.head = headOf(identity);
    this.shape = new Dimensions(identity.dimensions, ` of the model ${JSON.stringify(identity.model)}`);
  }

  /** `undefined` until the first vector has come, where nobody has asked for a number of them. */
  get dimensions(): number | undefined {
    return this.shape.known;
  }

  /**
   * `embedding:<model>:<version>:<dimensions>:<text>`, of a purpose `embedding@<purpose>:...`. The text is quoted as in JSON
   * or, when it is long, `#<sha-256>.<length>`.
   */
  keyOf(text: string): string {
    const { length } = text;
    return `${this.head}:${length < LONG ? JSON.stringify(text) : `#${digestOfText(text)}.${length}`}`;
  }

  /** The vector as it is stored. @throws CacheEmbeddingError */
  take(given: unknown, name = 'its vector'): Float32Array {
    return this.shape.admit(this.read(given, name), name);
  }

  /**
   * The vectors of one batch as they are stored, with those that are at fault as failed items.
   * @throws CacheEmbeddingError when there are not as many of them as texts.
   */
  takeAll(given: unknown, count: number): (Float32Array | FailedItem)[] {
    if (!Array.isArray(given) || given.length !== count) {
      const what = Array.isArray(given) ? `${given.length} vectors` : `no array but a value of type ${typeof given}`;
      const text = `The embedder was asked for ${counted(count, 'text')} and returned ${what}. None of them is stored.`;
      throw new CacheEmbeddingError(text, 'count', count);
    }
    const nameOf = (index: number): string => `vector ${index + 1} of ${count}`;
    const read = Array.from(given, (one: unknown, index) => caught(() => this.read(one, nameOf(index))));
    this.shape.learn(read.flatMap((one) => (one instanceof FailedItem ? [] : [one.length])));
    return read.map((one, index) =>
      one instanceof FailedItem ? one : caught(() => this.shape.admit(one, nameOf(index))),
    );
  }

  /** What came out of the cache. @throws CacheEmbeddingError when it is no vector of this space. */
  recall(stored: unknown): Float32Array {
    // One without elements would say that all others shall have none.
    if (!(stored instanceof Float32Array) || stored.length === 0) {
      throw new CacheEmbeddingError('The cache holds something else than a vector under the key of one.', 'values', 1);
    }
    return this.shape.recall(stored);
  }

  private read(given: unknown, name: string): Float32Array {
    const vector = vectorFrom(given, name);
    return this.identity.unit ? toUnitLength(vector, name) : vector;
  }
}

function headOf({ model, version, dimensions, unit, purpose }: SpaceIdentity): string {
  const kind = purpose === undefined ? 'embedding' : `embedding@${canonicalName(purpose)}`;
  return `${kind}:${canonicalName(model)}:${versionText(version)}:${dimensions ?? ABSENT}${unit ? 'u' : ''}`;
}

/** `1` and `'1'` are two. */
function versionText(version: string | number | undefined): string {
  if (version === undefined) return ABSENT;
  if (typeof version === 'number') return String(version);
  return version === ABSENT ? `"${ABSENT}"` : canonicalString(version);
}

function caught<T>(work: () => T): T | FailedItem {
  try {
    return work();
  } catch (error) {
    return new FailedItem(error);
  }
}

export function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** @throws CacheUsageError */
export function checkIdentity({ model, version, dimensions, unit, purpose }: SpaceIdentity): SpaceIdentity {
  if (typeof model !== 'string' || model === '') {
    throw new CacheUsageError(`model must be a string that is not empty; got ${model === '' ? "''" : typeof model}.`);
  }
  if (version !== undefined && typeof version !== 'string' && !Number.isFinite(version)) {
    throw new CacheUsageError(`version must be a string or a number; got ${String(version)}.`);
  }
  if (dimensions !== undefined && !(Number.isInteger(dimensions) && dimensions >= 1)) {
    throw new CacheUsageError(`dimensions must be a whole number from 1 up; got ${String(dimensions)}.`);
  }
  if (purpose !== undefined && (typeof purpose !== 'string' || purpose === '')) {
    throw new CacheUsageError(
      `purpose must be a string that is not empty; got ${purpose === '' ? "''" : typeof purpose}.`,
    );
  }
  return { model, version, dimensions, unit, purpose };
}
