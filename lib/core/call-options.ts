import type { Random } from '../contracts/clock.js';
import type { Duration } from '../contracts/duration.js';
import type { FreshnessOptions, SetOptions } from '../contracts/options.js';
import type { ResolvedFreshness } from '../contracts/resolved-freshness.js';
import { parseDuration } from '../support/duration.js';
import { CacheUsageError } from '../support/errors.js';

/** What a call may say: a ttl, or more. */
export type GetOrSetOptions = Duration | (SetOptions & FreshnessOptions);

/** The options of one call, in milliseconds, defaults applied. */
export interface CallOptions extends ResolvedFreshness {
  readonly ttl: number;
  readonly tags: readonly string[];
  /**
   * For batches of which most keys are there, and where a load is dear: in how many questions the keys may be looked up at the
   * most, before any flight takes off. What is missing is looked up once more. Default: flights look, in as many as are quickest.
   */
  readonly maxLooks?: number;
}

const NO_TAGS: readonly string[] = [];

/** The one place where a call's options meet the module's. */
export class OptionsResolver {
  readonly defaults: CallOptions;

  constructor(
    defaults: Omit<CallOptions, 'tags'>,
    private readonly random: Random,
  ) {
    this.defaults = { ...defaults, tags: NO_TAGS };
  }

  /** @throws CacheUsageError naming the option. */
  resolve(options: GetOrSetOptions | undefined): CallOptions {
    if (options === undefined) return this.defaults;
    if (typeof options !== 'object') return { ...this.defaults, ttl: parseDuration(options, 'ttl') };
    if (options === null)
      throw new CacheUsageError('The options are null. Give a ttl, an object of options, or nothing.');
    const { defaults } = this;
    return {
      ttl: pick(options.ttl, defaults.ttl, 'ttl'),
      tags: options.tags === undefined ? NO_TAGS : checkTags(options.tags),
      staleWhileRevalidate: pick(options.staleWhileRevalidate, defaults.staleWhileRevalidate, 'staleWhileRevalidate'),
      staleIfError: pick(options.staleIfError, defaults.staleIfError, 'staleIfError'),
      refreshAhead: options.refreshAhead === undefined ? defaults.refreshAhead : betaOf(options.refreshAhead),
      softTimeout: pick(options.softTimeout, defaults.softTimeout, 'softTimeout'),
      hardTimeout: pick(options.hardTimeout, defaults.hardTimeout, 'hardTimeout'),
      jitter: options.jitter === undefined ? defaults.jitter : checkJitter(options.jitter),
      nullTtl: pick(options.nullTtl, defaults.nullTtl, 'nullTtl'),
    };
  }

  /** The one option that a hit depends on, without looking at the others. */
  betaOf(options: GetOrSetOptions | undefined): number {
    const given = typeof options === 'object' && options !== null ? options.refreshAhead : undefined;
    return given === undefined ? this.defaults.refreshAhead : Number(given);
  }

  /** The ttl to store `value` under: `nullTtl` for nothing, less a random share when `jitter` says so. 0: do not store. */
  ttlFor(value: unknown, options: CallOptions, override?: number): number {
    const nothing = value === null || value === undefined;
    const ttl = override ?? (nothing ? (options.nullTtl ?? options.ttl) : options.ttl);
    if (options.jitter === 0 || ttl === Infinity) return ttl;
    return Math.ceil(ttl * (1 - options.jitter * this.random.next()));
  }
}

/** Tags without repetition. @throws CacheUsageError for one that is empty or no string. */
export function checkTags(tags: readonly unknown[]): readonly string[] {
  if (!Array.isArray(tags)) throw new CacheUsageError(`tags must be an array of strings; got ${typeof tags}.`);
  for (const tag of tags) {
    if (typeof tag !== 'string' || tag === '') {
      throw new CacheUsageError(`A tag must be a string that is not empty; got ${tag === '' ? "''" : String(tag)}.`);
    }
  }
  return tags.length === 0 ? NO_TAGS : [...new Set(tags as readonly string[])];
}

function pick<D extends number | undefined>(given: Duration | undefined, fallback: D, what: string): D | number {
  return given === undefined ? fallback : parseDuration(given, what);
}

/** @throws CacheUsageError */
export function betaOf(value: boolean | number): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (!(value >= 0 && value < Infinity))
    throw new CacheUsageError(`refreshAhead is ${value}. Use true, false, or a number from 0 up.`);
  return value;
}

/** @throws CacheUsageError */
export function checkJitter(value: number): number {
  if (!(value >= 0 && value <= 1)) throw new CacheUsageError(`jitter is ${value}. Use a share between 0 and 1.`);
  return value;
}
