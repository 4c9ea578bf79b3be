import { Logger } from '@nestjs/common';
import type { Cache } from '../../core/cache.js';
import type { CacheRegistry } from '../../core/cache-registry.js';
import type { CacheScope } from '../../core/scopes.js';
import { CacheKeyError, CacheUsageError } from '../../support/errors.js';
import { CacheKeyGenerator } from '../key-generator.js';
import { cacheConfigOf } from './cache-config.decorator.js';
import type { CacheConfigOptions } from './cached-options.js';
import { registryOf } from './registry-property.js';

const logger = new Logger('CacheModule');
const defaultKeys = new CacheKeyGenerator();

/** What the decorators have in common. */
export interface SiteOptions {
  readonly key?: (...args: never[]) => unknown;
  readonly keyPrefix?: string;
  readonly tags?: readonly string[] | ((...args: never[]) => readonly string[]);
  readonly tenant?: (...args: never[]) => string;
  readonly cache?: string;
}

/** A decorated method as one class of one application sees it. */
export interface Place {
  readonly cache: Cache;
  readonly scope: CacheScope;
  readonly className: string;
  readonly config: CacheConfigOptions;
  readonly keyPrefix: string | undefined;
}

/** One decorated method: finds its cache, and the key, tags and tenant of a call. */
export class CallSite {
  /** The last place it was called from: nearly always the same one. */
  private lastType: unknown;
  private lastRegistry: CacheRegistry | undefined;
  private lastPlace: Place | undefined;
  private warned = new Set<string>();

  constructor(
    readonly decorator: string,
    readonly method: string,
    private readonly options: SiteOptions,
  ) {}

  /** `undefined`: there is no cache to use, and the method runs as it is. */
  placeOf(instance: unknown): Place | undefined {
    const registry = registryOf(instance);
    if (registry === undefined) {
      this.warnOnce(
        'no module',
        `${this.nameOf(instance)} runs uncached: its class was not made by an application with CacheModule.`,
      );
      return undefined;
    }
    const type = (instance as object).constructor;
    if (type === this.lastType && registry === this.lastRegistry) return this.lastPlace;
    const place = this.find(type, registry);
    // Until the cache is ready its place is looked for again.
    if (place === undefined) return undefined;
    this.lastType = type;
    this.lastRegistry = registry;
    this.lastPlace = place;
    return place;
  }

  scopeOf(place: Place, args: unknown[]): CacheScope {
    const { tenant } = this.options;
    return tenant === undefined
      ? place.scope
      : place.cache.parts.scopes.tenant(place.scope, tenant(...(args as never[])));
  }

  /** @throws CacheKeyError for arguments without identity; whatever the user's key function throws. */
  keyOf(place: Place, args: unknown[]): string {
    const { key } = this.options;
    return key === undefined ? this.spell(place, args) : this.keyFrom(place, key(...(args as never[])));
  }

  /** The key that a key function's answer stands for. */
  keyFrom(place: Place, answer: unknown): string {
    if (typeof answer !== 'string') return this.spell(place, [answer]);
    if (answer === '') throw new CacheUsageError('The key function returned an empty string.');
    return place.keyPrefix === undefined ? answer : `${place.keyPrefix}:${answer}`;
  }

  tagsOf(place: Place, args: unknown[]): readonly string[] {
    const { tags } = this.options;
    const own = typeof tags === 'function' ? tags(...(args as never[])) : (tags ?? []);
    return place.config.tags ? [...place.config.tags, ...own] : own;
  }

  /** Says once for each reason that a call runs uncached; after that only the event tells. */
  report(place: Place, instance: unknown, error: unknown): void {
    place.cache.parts.events.error(place.scope, 'key', error);
    const reason = error instanceof CacheKeyError ? error.path : error instanceof Error ? error.name : 'error';
    this.warnOnce(
      reason,
      `${this.nameOf(instance)} ran uncached: ${error instanceof Error ? error.message : String(error)}`,
    );
  }

  /** What the check at start wants to know. */
  cacheName(type: object): string | undefined {
    return this.options.cache ?? cacheConfigOf(type).cache;
  }

  usesClassName(type: object): boolean {
    return (
      this.options.key === undefined &&
      this.options.keyPrefix === undefined &&
      cacheConfigOf(type).keyPrefix === undefined
    );
  }

  private find(type: object, registry: CacheRegistry): Place | undefined {
    const config = cacheConfigOf(type);
    const manager = registry.get(this.options.cache ?? config.cache);
    if (!manager) return undefined;
    return {
      cache: manager.cache,
      scope: manager.scope,
      className: (type as { name?: string }).name ?? '',
      config,
      keyPrefix: this.options.keyPrefix ?? config.keyPrefix,
    };
  }

  private spell(place: Place, args: unknown[]): string {
    const keys = place.cache.parts.keyGenerator ?? this.lastRegistry?.keyGenerator ?? defaultKeys;
    return keys.generate({ className: place.className, methodName: this.method, args, prefix: place.keyPrefix });
  }

  private nameOf(instance: unknown): string {
    const type = (instance as { constructor?: { name?: string } } | undefined)?.constructor?.name ?? 'a function';
    return `@${this.decorator} ${type}.${this.method}`;
  }

  private warnOnce(reason: string, message: string): void {
    // A bound, in case a reason has no end of spellings.
    if (this.warned.has(reason) || this.warned.size >= 20) return;
    this.warned.add(reason);
    logger.warn(message);
  }
}
