import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { KeyGenerator } from '../contracts/key-generator.js';
import { CacheRegistry } from '../core/cache-registry.js';
import { shutDown } from '../core/shutdown.js';
import { CacheConfigError, type ConfigFault } from '../support/errors.js';
import { bindRegistry, sitesOf, type DecoratedSite } from './decorators/registry-property.js';
import { CacheKeyGenerator } from './key-generator.js';

/** What the explorer needs to know of a provider; the same in Nest 11 and 12. */
interface Wrapper {
  readonly token: unknown;
  readonly metatype: unknown;
  readonly instance: unknown;
}

/** A class with decorated methods. */
interface DecoratedType {
  readonly prototype: object;
  readonly name: string;
}

/**
 * Walks through the application once, when it starts: binds the instances that Nest did not build itself, and refuses
 * what would go wrong later: a cache that does not exist, and two classes of one name that would share their keys.
 */
@Injectable()
export class CacheExplorer implements OnModuleInit {
  constructor(
    private readonly modules: ModulesContainer,
    private readonly registry: CacheRegistry,
    private readonly defaultKeys: CacheKeyGenerator,
  ) {}

  async onModuleInit(): Promise<void> {
    this.registry.keyGenerator = this.defaultKeys;
    const types = new Set<DecoratedType>();
    /** The objects of each class that a factory or the application made: no two of them need be alike. */
    const made = new Map<DecoratedType, Set<object>>();
    for (const wrapper of this.wrappers()) {
      const { instance } = wrapper;
      // A generator of the application's own takes the place of ours.
      if (wrapper.token === CacheKeyGenerator && instance && instance !== this.defaultKeys) {
        this.registry.keyGenerator = instance as KeyGenerator;
      }
      const type = this.typeOf(wrapper);
      if (!type || sitesOf(type.prototype).length === 0) continue;
      types.add(type);
      if (!isObject(instance)) continue;
      bindRegistry(instance, this.registry);
      if (wrapper.metatype !== type) made.set(type, (made.get(type) ?? new Set()).add(instance));
    }
    this.registry.isStarted = true;
    const faults = [...this.unknownCaches(types), ...this.sharedNames(types), ...this.sharedObjects(made)];
    if (faults.length === 0) return;
    // Nobody gets hold of an application that did not start, so nobody else can close its connections.
    await Promise.all(this.registry.names.map((name) => this.close(name)));
    throw new CacheConfigError(faults);
  }

  private async close(name: string): Promise<void> {
    const manager = this.registry.get(name);
    if (manager) await shutDown(manager.cache.parts);
  }

  private *wrappers(): Iterable<Wrapper> {
    for (const module of this.modules.values()) {
      yield* module.providers.values();
      yield* module.controllers.values();
      yield* module.injectables.values();
    }
  }

  /** The class that was instantiated: of a factory's instance its constructor, not the factory. */
  private typeOf({ instance, metatype }: Wrapper): DecoratedType | undefined {
    // By way of the prototype: a value may be a proxy, which answers to any name.
    const prototype = isObject(instance) ? (Object.getPrototypeOf(instance) as object | null) : undefined;
    const made: unknown = prototype && prototype !== Object.prototype ? prototype.constructor : metatype;
    return typeof made === 'function' && isObject(made.prototype) ? made : undefined;
  }

  private unknownCaches(types: Iterable<DecoratedType>): ConfigFault[] {
    const faults: ConfigFault[] = [];
    for (const type of types) {
      for (const site of sitesOf(type.prototype)) {
        const name = site.cacheName(type);
        if (this.registry.knows(name)) continue;
        const known = this.registry.names.map((each) => JSON.stringify(each)).join(', ');
        faults.push({
          path: `${type.name}.${site.method}`,
          message: `@${site.decorator} asks for the cache ${JSON.stringify(name)}; there is ${known || 'none'}`,
        });
      }
    }
    return faults;
  }

  /**
   * Two objects of one class, such as a repository for each table, would serve each other's values. Objects that Nest
   * makes of a class are alike, and may.
   */
  private sharedObjects(made: ReadonlyMap<DecoratedType, ReadonlySet<object>>): ConfigFault[] {
    const faults: ConfigFault[] = [];
    for (const [type, objects] of made) {
      const site = sitesOf(type.prototype).find((each) => each.usesNames(type) === 'yes');
      if (objects.size < 2 || !site) continue;
      faults.push({
        path: `${type.name}.${site.method}`,
        message:
          `factories made ${objects.size} objects of the class ${type.name}, which would share the keys of this method; ` +
          'derive a class for each, or say by @CacheConfig({ keyPrefix }) that they shall share them',
      });
    }
    return faults;
  }

  /** Two services of one name would serve each other's values. */
  private sharedNames(types: Iterable<DecoratedType>): ConfigFault[] {
    const owners = new Map<string, { type: DecoratedType; site: DecoratedSite }>();
    const faults: ConfigFault[] = [];
    for (const type of types) {
      for (const site of sitesOf(type.prototype)) {
        const uses = site.usesNames(type);
        if (uses === 'no') continue;
        const place = JSON.stringify([site.cacheName(type), type.name, site.method]);
        const owner = owners.get(place) ?? { type, site };
        owners.set(place, owner);
        if (owner.type === type && owner.site.property === site.property) continue;
        // A key function mostly gives whole keys; where it does not, the call is refused, and not the start.
        if (uses === 'maybe') site.refuseNames(type);
        else if (owner.site.usesNames(owner.type) === 'maybe') owner.site.refuseNames(owner.type);
        else faults.push({ path: `${type.name}.${site.method}`, message: sharedNameText(type, owner.type) });
      }
    }
    return faults;
  }
}

function sharedNameText(type: DecoratedType, owner: DecoratedType): string {
  if (type === owner) return 'two methods have this name (symbols of one description); give one of them a keyPrefix';
  return `two classes named ${type.name} would share the keys of this method; give one of them @CacheConfig({ keyPrefix })`;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
