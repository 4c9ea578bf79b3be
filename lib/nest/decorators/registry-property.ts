import { Inject, Optional } from '@nestjs/common';
import { CacheRegistry } from '../../core/cache-registry.js';

/** Where an instance finds the caches of its application. */
const REGISTRY = Symbol('nestjs-cached:registry');
/** On a prototype: its decorated methods. */
const SITES = Symbol('nestjs-cached:sites');

/** A decorated method, for the check at start. */
export interface DecoratedSite {
  readonly method: string;
  readonly decorator: string;
  /** The name of the cache it asks for. */
  cacheName(type: object): string | undefined;
  /** Whether its key begins with the names of class and method. */
  usesClassName(type: object): boolean;
}

type Carrier = { [REGISTRY]?: CacheRegistry; [SITES]?: DecoratedSite[] };

/**
 * Has Nest put the registry of the application into every instance of the class, whatever its scope. The registry, not
 * a cache: it depends on nothing and is there from the first moment, also for a class that the caches' own options are
 * made from.
 */
export function carryRegistry(prototype: object, site: DecoratedSite): void {
  if (!Object.hasOwn(prototype, SITES)) {
    Object.defineProperty(prototype, SITES, { value: [] });
    Inject(CacheRegistry)(prototype, REGISTRY);
    Optional()(prototype, REGISTRY);
    // Nest assigns the property; as an own, enumerable one it would show up when instances are printed or compared.
    Object.defineProperty(prototype, REGISTRY, {
      configurable: true,
      get: () => undefined,
      set(this: object, registry: CacheRegistry | undefined) {
        if (registry) Object.defineProperty(this, REGISTRY, { value: registry, configurable: true, writable: true });
      },
    });
  }
  (prototype as Carrier)[SITES]!.push(site);
}

export function registryOf(instance: unknown): CacheRegistry | undefined {
  return instance === null || instance === undefined ? undefined : (instance as Carrier)[REGISTRY];
}

/** For instances that Nest did not build itself: those of `useFactory` and `useValue`. */
export function bindRegistry(instance: object, registry: CacheRegistry): void {
  if (registryOf(instance) === undefined && Object.isExtensible(instance)) (instance as Carrier)[REGISTRY] = registry;
}

/** The decorated methods of a prototype and of those it inherits from. */
export function sitesOf(prototype: object | null): DecoratedSite[] {
  const sites: DecoratedSite[] = [];
  for (let at = prototype; at && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null) {
    if (Object.hasOwn(at, SITES)) sites.push(...(at as Carrier)[SITES]!);
  }
  return sites;
}
