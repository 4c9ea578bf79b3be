import { CacheRegistry } from '../../core/cache-registry.js';
import { injectHidden } from './injected-property.js';

/** Where an instance finds the caches of its application. */
const REGISTRY = Symbol('nestjs-cached:registry');
/** On a prototype: its decorated methods. */
const SITES = Symbol('nestjs-cached:sites');

/** A decorated method, for the check at start. */
export interface DecoratedSite {
  readonly method: string;
  readonly property: string | symbol;
  readonly decorator: string;
  /** The name of the cache it asks for. */
  cacheName(type: object): string;
  /** Whether its key begins with the names of class and method; `maybe`: that depends on what the key function returns. */
  usesNames(type: object): 'yes' | 'no' | 'maybe';
  /** Tells it that another class has the same names. */
  refuseNames(type: object): void;
}

type Carrier = { [REGISTRY]?: CacheRegistry; [SITES]?: DecoratedSite[] };

/** Instances that no application has built, only found. */
const adopted = new WeakSet<object>();

/**
 * Has Nest put the registry of the application into every instance of the class, whatever its scope. The registry, not
 * a cache: it depends on nothing and is there from the first moment, also for a class that the caches' own options are
 * made from.
 */
export function carryRegistry(prototype: object, site: DecoratedSite): void {
  if (!Object.hasOwn(prototype, SITES)) {
    Object.defineProperty(prototype, SITES, { value: [] });
    injectHidden(prototype, REGISTRY, CacheRegistry);
  }
  (prototype as Carrier)[SITES]!.push(site);
}

export function registryOf(instance: unknown): CacheRegistry | undefined {
  return instance === null || instance === undefined ? undefined : (instance as Carrier)[REGISTRY];
}

/**
 * For instances that Nest did not build itself: those of `useFactory` and `useValue`. One that several applications
 * share, such as a constant of a test file, belongs to the last that started; one that another application has built
 * stays with that one.
 */
export function bindRegistry(instance: object, registry: CacheRegistry): void {
  if (registryOf(instance) !== undefined && !adopted.has(instance)) return;
  adopted.add(instance);
  // Not an assignment: one that was frozen since the last application adopted it stays with that, and nothing throws.
  Reflect.set(instance, REGISTRY, registry);
}

/** The decorated methods of a prototype and of those it inherits from. */
export function sitesOf(prototype: object | null): DecoratedSite[] {
  const sites: DecoratedSite[] = [];
  for (let at = prototype; at && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null) {
    if (Object.hasOwn(at, SITES)) sites.push(...(at as Carrier)[SITES]!);
  }
  return sites;
}

/** Whether the method of `type` stands lower down than `target`, so that only `super` leads to the one that stands there. */
export function isOverridden(type: { prototype?: object }, property: string | symbol, target: object): boolean {
  let at = type.prototype as object | null;
  while (at && at !== target && !Object.hasOwn(at, property)) at = Object.getPrototypeOf(at) as object | null;
  return at !== null && at !== undefined && at !== target;
}
