import type { Clock } from '../../contracts/clock.js';
import type { Duration } from '../../contracts/duration.js';
import type { MaybePromise } from '../../contracts/maybe-promise.js';
import { checkBound, checkLimit } from '../../core/batches/in-batches.js';
import { shownValue } from '../../config/shown-value.js';
import { systemClock } from '../../support/clock.js';
import { parseDuration } from '../../support/duration.js';
import { CacheUsageError } from '../../support/errors.js';
import type { AiRequest } from '../ai-request.js';
import type { EmbeddingVector } from '../embeddings/vector.js';
import { FlatVectorIndex } from './flat-vector-index.js';
import type { VectorIndex } from './vector-index.js';

/** What was stored for a similar text. */
export interface SemanticCandidate<V = unknown> {
  readonly value: V;
  /** From -1 to 1. */
  readonly similarity: number;
  /** The text it was stored for. */
  readonly matched: string;
}

/** What a `SemanticCache` is made with. */
export interface SemanticCacheOptions<V = unknown> {
  /** The vector of a text: a model's, or `(text) => embeddings.getOrEmbed(text, embed)`. */
  readonly embed: (text: string) => MaybePromise<EmbeddingVector>;
  /**
   * How similar a text must be at least: the cosine of the angle between the vectors, from -1 (anything will do) over 0 (no
   * relation) to 1 (the same direction). 0 means 0. There is no default: which one is right, only your texts and your model
   * tell.
   */
  readonly threshold: number;
  /** Has the last word on what is similar enough: `false` takes the next candidate. When it fails, `get` does, and `getOrSet` loads. */
  readonly verify?: (candidate: SemanticCandidate<V>, request: AiRequest) => MaybePromise<boolean>;
  /** How many candidates `verify` is asked about at the most, the most similar first. Default 5. */
  readonly maxCandidates?: number;
  /** How many dimensions the vectors must have. Default: as many as the first one has. */
  readonly dimensions?: number;
  /** How many entries there may be in all; the one that was used least lately goes first. Default 10,000. */
  readonly maxEntries?: number;
  /** Default 1 hour. */
  readonly ttl?: Duration;
  /** Makes the index of a partition. Default: one that looks at every vector. */
  readonly index?: () => VectorIndex;
  /**
   * Told of what keeps `getOrSet` from looking or storing: an embedder, an index or `verify` that fails, a vector that is none, a
   * value that cannot be kept. The caller is given what `load` brings then. Default: the first is a warning of the process.
   */
  readonly onError?: (error: unknown) => void;
  readonly tenant?: {
    /** A request that names no tenant rejects with `CacheTenantError`. Default false. */
    readonly required?: boolean;
  };
  /** Paths in the options of a request that do not change the answer, such as `metadata.requestId`. */
  readonly ignore?: readonly string[];
  /** Tests: `new FakeClock()`. */
  readonly clock?: Clock;
}

/** The options with their defaults. */
export interface SemanticRules<V> extends SemanticCacheOptions<V> {
  readonly maxCandidates: number;
  readonly maxEntries: number;
  /** Milliseconds. */
  readonly ttl: number;
  readonly index: () => VectorIndex;
  readonly clock: Clock;
}

const NAMES: ReadonlySet<string> = new Set<keyof SemanticCacheOptions>([
  ...(['embed', 'threshold', 'verify', 'maxCandidates', 'dimensions', 'maxEntries', 'ttl', 'index'] as const),
  ...(['onError', 'tenant', 'ignore', 'clock'] as const),
]);
const CALLBACKS = ['verify', 'index', 'onError'] as const;

/** @throws CacheUsageError naming the option that cannot be meant. */
export function semanticRules<V>(options: SemanticCacheOptions<V>): SemanticRules<V> {
  if (typeof options !== 'object' || options === null) {
    throw new CacheUsageError('A SemanticCache needs options: { embed, threshold }.');
  }
  const unknown = Object.keys(options).find((name) => !NAMES.has(name));
  if (unknown !== undefined) throw new CacheUsageError(`${JSON.stringify(unknown)} is no option of a SemanticCache.`);
  const { embed, threshold } = options;
  if (typeof embed !== 'function')
    throw new CacheUsageError(`embed must be a function of a text; got ${typeof embed}.`);
  if (typeof threshold !== 'number' || !(threshold >= -1 && threshold <= 1)) {
    throw new CacheUsageError(`threshold must be a similarity from -1 to 1; got ${String(threshold)}.`);
  }
  for (const name of CALLBACKS) {
    if (options[name] === undefined || typeof options[name] === 'function') continue;
    throw new CacheUsageError(`${name} must be a function; got ${typeof options[name]}.`);
  }
  checkShapes(options);
  const { maxCandidates = 5, maxEntries = 10_000, ttl = '1h' } = options;
  const { index = () => new FlatVectorIndex(), clock = systemClock } = options;
  return {
    ...options,
    maxCandidates: checkLimit('maxCandidates', maxCandidates),
    maxEntries: checkBound('maxEntries', maxEntries),
    ttl: parseDuration(ttl, 'ttl'),
    index,
    clock,
  };
}

/** What would be taken for something else, or fail at the first call only. */
function checkShapes({ dimensions, tenant, ignore, clock }: { [Name in keyof SemanticCacheOptions]?: unknown }): void {
  if (
    dimensions !== undefined &&
    !(typeof dimensions === 'number' && Number.isInteger(dimensions) && dimensions >= 1)
  ) {
    throw new CacheUsageError(`dimensions must be a whole number from 1 up; got ${shownValue(dimensions)}.`);
  }
  if (tenant !== undefined && !isTenantRule(tenant)) {
    throw new CacheUsageError('tenant must be { required: true } or { required: false }.');
  }
  if (ignore !== undefined && !Array.isArray(ignore)) {
    throw new CacheUsageError(`ignore must be an array of paths; got ${ignore === null ? 'null' : typeof ignore}.`);
  }
  if (clock !== undefined && typeof Reflect.get(Object(clock) as object, 'now') !== 'function') {
    throw new CacheUsageError('clock must have a method now.');
  }
}

function isTenantRule(tenant: unknown): boolean {
  if (typeof tenant !== 'object' || tenant === null) return false;
  const required: unknown = Reflect.get(tenant, 'required');
  return required === undefined || typeof required === 'boolean';
}
