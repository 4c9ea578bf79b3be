import { Logger } from '@nestjs/common';
import type { Cache } from '../../core/cache.js';
import { DEFAULT_CACHE, type CacheRegistry } from '../../core/cache-registry.js';
import { callKey, headOf } from '../../core/call-key.js';
import { checkTags, type CallOptions } from '../../core/call-options.js';
import type { CacheManager } from '../../core/cache-manager.js';
import type { CacheScope } from '../../core/scopes.js';
import { CacheTenantError, CacheUsageError } from '../../support/errors.js';
import { messageOf } from '../../support/message-of.js';
import { CacheKeyGenerator } from '../key-generator.js';
import { cacheConfigOf } from './cache-config.decorator.js';
import type { CacheConfigOptions } from './cached-options.js';
import { reasonOf, remedyFor } from './fault-text.js';
import { isOverridden, registryOf, type DecoratedSite } from './registry-property.js';

const logger = new Logger('CacheModule');
const defaultKeys = new CacheKeyGenerator();
/** A generator that has this one makes keys as we do: then the head need not be looked up each time. */
const ourGenerate: unknown = Reflect.get(CacheKeyGenerator.prototype, 'generate');

/** In case a reason has no end of spellings. */
const MAX_WARNINGS = 20;

/** What the decorators have in common. */
export interface SiteOptions {
  readonly key?: (...args: unknown[]) => unknown;
  readonly resultKey?: (...args: unknown[]) => unknown;
  readonly keyPrefix?: string;
  readonly tags?: readonly string[] | ((...args: unknown[]) => readonly string[]);
  readonly tenant?: (...args: unknown[]) => string;
  readonly cache?: string;
}

/** A decorated method as one class of one application sees it. */
export interface Place {
  readonly cache: Cache;
  readonly manager: CacheManager;
  readonly type: object;
  readonly className: string;
  readonly config: CacheConfigOptions;
  readonly keyPrefix: string | undefined;
  /** What default keys begin with. */
  readonly head: string;
  readonly registry: CacheRegistry;
  /** The options of every call, where none depends on the arguments; made by the first. */
  fixed: CallOptions | undefined;
}

/** One decorated method: finds its cache, and the key, tags and tenant of a call. */
export class CallSite implements DecoratedSite {
  readonly method: string;
  /** The place it was last called from: nearly always the same one. */
  private last: Place | undefined;
  private readonly places = new WeakMap<CacheRegistry, WeakMap<object, Place>>();
  /** Classes whose name another class has too. */
  private readonly ambiguous = new WeakSet();
  /** What was said already, by application; without one, by process. */
  private readonly warned = new WeakMap<object, Set<string>>();

  constructor(
    readonly decorator: 'Cached' | 'CachedBatch' | 'CachePut' | 'CacheEvict',
    private readonly target: object,
    readonly property: string | symbol,
    private readonly options: SiteOptions,
  ) {
    this.method = String(property);
  }

  /** `undefined`: there is no cache to use, and the method runs as it is. */
  placeOf(instance: unknown): Place | undefined {
    const registry = registryOf(instance);
    if (registry === undefined) {
      this.warnOnce(
        instance,
        'no module',
        'its object has no cache. Import CacheModule, let Nest make the object, and call the method after the constructor',
      );
      return undefined;
    }
    const type = (instance as object).constructor;
    let place = this.last;
    if (place?.type !== type || place.registry !== registry) {
      place = this.places.get(registry)?.get(type) ?? this.find(instance, type, registry);
      // Until the cache is ready its place is looked for again.
      if (place === undefined) return undefined;
      this.last = place;
    }
    return place.cache.parts.enabled ? place : undefined;
  }

  /** @throws CacheTenantError for the caller; anything else is a fault of the tenant function, and only reported. */
  scopeOf({ cache, manager }: Place, args: unknown[]): CacheScope {
    const { tenant } = this.options;
    if (tenant === undefined) return manager.scope;
    try {
      return cache.parts.scopes.tenant(manager.home, tenant(...args));
    } catch (error) {
      if (!manager.tenants?.required) throw error;
      throw new CacheTenantError(
        `@${this.decorator} ${this.method}: the tenant function names no tenant, and tenant.required is set (${messageOf(error)})`,
        { cause: error },
      );
    }
  }

  /** @throws CacheKeyError for arguments without identity; whatever the user's key function throws. */
  keyOf(place: Place, args: unknown[]): string {
    const { key } = this.options;
    return key === undefined ? this.spell(place, args) : this.keyFrom(place, key(...args));
  }

  /** The key that a key function's answer stands for. */
  keyFrom(place: Place, answer: unknown): string {
    if (typeof answer !== 'string') {
      if (place.keyPrefix === undefined && this.ambiguous.has(place.type)) {
        throw new CacheUsageError(
          `another class is named ${place.className} too, and would share this key. Give one of them @CacheConfig({ keyPrefix })`,
        );
      }
      return this.spell(place, [answer]);
    }
    if (answer === '') throw new CacheUsageError('the key function returned an empty string');
    return place.keyPrefix === undefined ? answer : `${place.keyPrefix}:${answer}`;
  }

  tagsOf(place: Place, args: unknown[]): readonly string[] {
    const { tags } = this.options;
    // Nothing is no list of tags: an entry without those it was meant to have could not be invalidated.
    const own = typeof tags === 'function' ? checkTags(tags(...args)) : (tags ?? []);
    return place.config.tags ? [...place.config.tags, ...own] : own;
  }

  /** Each time an event, and once for each reason a warning. `effect`: what became of the call. */
  report(place: Place, instance: unknown, operation: string, error: unknown, effect: string): void {
    place.cache.parts.events.error(place.manager.home, operation, error);
    const text = remedyFor(
      error,
      this.decorator,
      this.options.key !== undefined || this.options.resultKey !== undefined,
    );
    this.warnOnce(instance, reasonOf(operation, error), text, effect);
  }

  warnOnce(instance: unknown, reason: string, text: string, effect = 'runs uncached'): void {
    const application = registryOf(instance) ?? this;
    const said = this.warned.get(application) ?? new Set<string>();
    if (said.has(reason) || said.size >= MAX_WARNINGS) return;
    this.warned.set(application, said.add(reason));
    const type = (instance as { constructor?: { name?: string } } | undefined)?.constructor?.name;
    logger.warn(`@${this.decorator} ${type ? `${type}.${this.method}` : this.method} ${effect}: ${text}.`);
  }

  cacheName(type: object): string {
    return this.options.cache ?? cacheConfigOf(type).cache ?? DEFAULT_CACHE;
  }

  usesNames(type: object): 'yes' | 'no' | 'maybe' {
    // What evicts adds nothing; it may name any entry it likes.
    if (this.decorator === 'CacheEvict' || (this.options.keyPrefix ?? cacheConfigOf(type).keyPrefix) !== undefined)
      return 'no';
    return this.options.key === undefined && this.options.resultKey === undefined ? 'yes' : 'maybe';
  }

  refuseNames(type: object): void {
    this.ambiguous.add(type);
  }

  private find(instance: unknown, type: object, registry: CacheRegistry): Place | undefined {
    const config = cacheConfigOf(type);
    const name = this.cacheName(type);
    const manager = registry.get(name);
    if (!manager) {
      // Before the start is over the cache may be on its way; the check at start does not see modules loaded later.
      if (registry.isStarted && !registry.knows(name)) {
        this.warnOnce(instance, `no cache ${name}`, `there is no cache named ${JSON.stringify(name)}`);
      }
      return undefined;
    }
    const { name: className = '' } = type as { name?: string };
    // A method and the one it overrides are two, and do not share entries when the one calls the other.
    const isInherited = isOverridden(type, this.property, this.target);
    const ownName = isInherited ? `${className}>${this.target.constructor.name}` : className;
    const keyPrefix = this.options.keyPrefix ?? config.keyPrefix;
    const place: Place = {
      cache: manager.cache,
      manager,
      type,
      className: ownName,
      config,
      keyPrefix,
      head: keyPrefix ?? headOf(ownName, this.method),
      registry,
      fixed: undefined,
    };
    const ofRegistry = this.places.get(registry) ?? new WeakMap<object, Place>();
    this.places.set(registry, ofRegistry.set(type, place));
    return place;
  }

  /** @throws CacheUsageError when an application's own generator gives no key. */
  private spell(place: Place, args: unknown[]): string {
    const keys = place.cache.parts.keyGenerator ?? place.registry.keyGenerator ?? defaultKeys;
    if (keys.generate === ourGenerate) return callKey(place.head, args);
    const key: unknown = keys.generate({
      className: place.className,
      methodName: this.method,
      args,
      prefix: place.keyPrefix,
    });
    if (typeof key === 'string' && key !== '') return key;
    throw new CacheUsageError(`the key generator gave ${key === '' ? 'an empty string' : `a ${typeof key}`}`);
  }
}
