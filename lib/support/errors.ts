/** The root of every error this library makes. A loader's own errors are never wrapped. */
export class CacheError extends Error {
  override readonly name: string = 'CacheError';
}

/** One thing that is wrong with the options. */
export interface ConfigFault {
  /** Where, for example `redis.commandTimeout`. */
  readonly path: string;
  /** What, and what would be right. */
  readonly message: string;
}

/** The options cannot work. Thrown when the module compiles; lists every fault at once. */
export class CacheConfigError extends CacheError {
  override readonly name = 'CacheConfigError';

  constructor(readonly faults: readonly ConfigFault[]) {
    super(
      `The cache options have ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n` +
        faults.map((fault) => `  - ${fault.path}: ${fault.message}`).join('\n'),
    );
  }
}

/** A call or a decorator was given something that cannot be meant: a negative ttl, an empty key, a tag that is no string. */
export class CacheUsageError extends CacheError {
  override readonly name = 'CacheUsageError';
}

/** An argument has no stable identity, so no key can be made of it. */
export class CacheKeyError extends CacheError {
  override readonly name = 'CacheKeyError';

  constructor(
    /** Where in the arguments, for example `argument 1.user`. */
    readonly path: string,
    reason: string,
  ) {
    super(`No cache key can be made: ${path} ${reason}. Give a key function that picks what identifies the call.`);
  }
}

/** A value holds something that cannot be stored. */
export class CacheValueError extends CacheError {
  override readonly name = 'CacheValueError';

  constructor(
    /** Where in the value, for example `$.user.save`. */
    readonly path: string,
    /** What stands there, for example `a function`. */
    readonly what: string,
  ) {
    super(`The value cannot be cached: ${path} is ${what}. Leave it out, or cache the data it stands for.`);
  }
}

/**
 * A reader of a live stream was given up: it held up the source, or the others, for too long, or fell too far behind a source
 * that cannot be held up. What the others read goes on.
 */
export class CacheStreamError extends CacheError {
  override readonly name = 'CacheStreamError';

  constructor(what: string) {
    super(`The reader of a stream ${what}; it is given up.`);
  }
}

/** What was wrong about what an embedder brought. */
export type EmbeddingFault = 'failed' | 'count' | 'values' | 'dimensions';

/**
 * An embedder has failed for a part of what it was asked for, or what it brought are no vectors to be stored. Nothing of that
 * part is; whatever else it brought is kept.
 */
export class CacheEmbeddingError extends CacheError {
  override readonly name = 'CacheEmbeddingError';

  constructor(
    message: string,
    /**
     * `failed`: the embedder itself, whose error is the `cause`. `count`: too few vectors, or too many. `values`: no vector, or
     * one with NaN or Infinity in it. `dimensions`: another number of them than before, or than was asked for.
     */
    readonly fault: EmbeddingFault,
    /** How many texts it concerns. */
    readonly texts: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A time limit of ours passed: the backend's, or the caller's `hardTimeout`. */
export class CacheTimeoutError extends CacheError {
  override readonly name = 'CacheTimeoutError';

  constructor(
    readonly operation: string,
    readonly timeoutMs: number,
  ) {
    super(`${operation} took longer than ${timeoutMs} ms.`);
  }
}

/** The backend failed or cannot be reached. Never reaches a caller of `getOrSet` or `@Cached`. */
export class CacheBackendError extends CacheError {
  override readonly name: string = 'CacheBackendError';
}

/**
 * An invalidation could not be done, and waits in the journal until it can. Callers of the manager are answered `false`; in an
 * `error` event the cause stands in its place.
 */
export class CacheQueuedError extends CacheBackendError {
  override readonly name: string = 'CacheQueuedError';

  constructor(
    /** How many invalidations wait by now. */
    readonly pending: number,
    /** How many entries were removed in this process. */
    readonly removed: number,
    options?: ErrorOptions,
  ) {
    super(
      `The backend cannot be reached; ${pending} ${pending === 1 ? 'invalidation waits' : 'invalidations wait'} for its return.`,
      options,
    );
  }
}

/** The backend has no way to do this, for example to list its keys. */
export class CacheCapabilityError extends CacheError {
  override readonly name = 'CacheCapabilityError';
}

/** Stored bytes are not an entry of ours, or not whole. Inside the library that is a miss; codecs may throw it. */
export class CacheFormatError extends CacheError {
  override readonly name = 'CacheFormatError';

  constructor(
    message: string,
    /** `format`: whole, but not ours or of a newer version. `corrupt`: ours once, and damaged. */
    readonly reason: 'format' | 'corrupt' = 'corrupt',
  ) {
    super(message);
  }
}

/** The tenant of a call cannot be told: `tenant.required` is set and nobody names one, or `tenant.resolve` fails. */
export class CacheTenantError extends CacheError {
  override readonly name = 'CacheTenantError';
}

/** An optional package is needed and not installed. */
export class CacheDependencyError extends CacheError {
  override readonly name = 'CacheDependencyError';
}
