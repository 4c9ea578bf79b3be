import { FailedItem } from '../../core/batches/loaded-item.js';
import { canonicalName, canonicalString } from '../../core/canonical-text.js';
import { CacheEmbeddingError, CacheUsageError } from '../../support/errors.js';
import { digestOfText } from '../keys/text-digest.js';
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
}

/** The vectors of one model: how they are called in the cache, and what all of them have in common. */
export class EmbeddingSpace {
  private readonly head: string;
  /** As asked for, else those of the first vector that came. */
  private known: number | undefined;

  constructor(private readonly identity: SpaceIdentity) {
    this.head = headOf(identity);
    this.known = identity.dimensions;
  }

  /** `undefined` until the first vector has come, where nobody has asked for a number of them. */
  get dimensions(): number | undefined {
    return this.known;
  }

  /** `embedding:<model>:<version>:<dimensions>:<text>`, the text quoted as in JSON or, when it is long, `#<sha-256>.<length>`. */
  keyOf(text: string): string {
    const { length } = text;
    return `${this.head}:${length < LONG ? JSON.stringify(text) : `#${digestOfText(text)}.${length}`}`;
  }

  /** The vector as it is stored. @throws CacheEmbeddingError */
  take(given: unknown, name = 'its vector'): Float32Array {
    return this.admit(this.read(given, name), name);
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
    this.known ??= mostFrequent(read.flatMap((one) => (one instanceof FailedItem ? [] : [one.length])));
    return read.map((one, index) => (one instanceof FailedItem ? one : caught(() => this.admit(one, nameOf(index)))));
  }

  /** What came out of the cache. @throws CacheEmbeddingError when it is no vector of this space. */
  recall(stored: unknown): Float32Array {
    if (!(stored instanceof Float32Array)) {
      throw new CacheEmbeddingError('The cache holds something else than a vector under the key of one.', 'values', 1);
    }
    this.known ??= stored.length;
    if (stored.length === this.known) return stored;
    const text = `A cached vector of ${this.name} has ${stored.length} dimensions, others have ${this.known}. Give the model another version, or say which dimensions it shall have.`;
    throw new CacheEmbeddingError(text, 'dimensions', 1);
  }

  private get name(): string {
    return `the model ${JSON.stringify(this.identity.model)}`;
  }

  private read(given: unknown, name: string): Float32Array {
    const vector = vectorFrom(given, name);
    return this.identity.unit ? toUnitLength(vector, name) : vector;
  }

  private admit(vector: Float32Array, name: string): Float32Array {
    this.known ??= vector.length;
    if (vector.length === this.known) return vector;
    const others = this.identity.dimensions === undefined ? 'those before had' : 'asked for were';
    const text = `The embedder is at fault: ${name} of ${this.name} has ${vector.length} dimensions, ${others} ${this.known}. It is not stored.`;
    throw new CacheEmbeddingError(text, 'dimensions', 1);
  }
}

function headOf({ model, version, dimensions, unit }: SpaceIdentity): string {
  return `embedding:${canonicalName(model)}:${versionText(version)}:${dimensions ?? ABSENT}${unit ? 'u' : ''}`;
}

/** `1` and `'1'` are two. */
function versionText(version: string | number | undefined): string {
  if (version === undefined) return ABSENT;
  if (typeof version === 'number') return String(version);
  return version === ABSENT ? `"${ABSENT}"` : canonicalString(version);
}

/** Which one of the vectors of a batch is the odd one, the others tell. */
function mostFrequent(lengths: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const length of lengths) counts.set(length, (counts.get(length) ?? 0) + 1);
  let best: number | undefined;
  for (const [length, count] of counts) if (best === undefined || count > counts.get(best)!) best = length;
  return best;
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
export function checkIdentity({ model, version, dimensions, unit }: SpaceIdentity): SpaceIdentity {
  if (typeof model !== 'string' || model === '') {
    throw new CacheUsageError(`model must be a string that is not empty; got ${model === '' ? "''" : typeof model}.`);
  }
  if (version !== undefined && typeof version !== 'string' && !Number.isFinite(version)) {
    throw new CacheUsageError(`version must be a string or a number; got ${String(version)}.`);
  }
  if (dimensions !== undefined && !(Number.isInteger(dimensions) && dimensions >= 1)) {
    throw new CacheUsageError(`dimensions must be a whole number from 1 up; got ${String(dimensions)}.`);
  }
  return { model, version, dimensions, unit };
}
