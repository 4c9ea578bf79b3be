import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { KeyGenerator } from '../contracts/key-generator.js';
import { CacheRegistry } from '../core/cache-registry.js';
import { CacheConfigError, type ConfigFault } from '../support/errors.js';
import { bindRegistry, sitesOf } from './decorators/registry-property.js';
import { CacheKeyGenerator } from './key-generator.js';

/** What the explorer needs to know of a provider; the same in Nest 11 and 12. */
interface Wrapper {
  readonly token: unknown;
  readonly metatype: unknown;
  readonly instance: unknown;
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

  onModuleInit(): void {
    this.registry.keyGenerator = this.defaultKeys;
    const types = new Set<{ prototype: object; name: string }>();
    for (const wrapper of this.wrappers()) {
      const { instance } = wrapper;
      // A generator of the application's own takes the place of ours.
      if (wrapper.token === CacheKeyGenerator && instance && instance !== this.defaultKeys) {
        this.registry.keyGenerator = instance as KeyGenerator;
      }
      const type = this.typeOf(wrapper);
      if (!type || sitesOf(type.prototype).length === 0) continue;
      types.add(type);
      if (instance && typeof instance === 'object') bindRegistry(instance, this.registry);
    }
    const faults = [...this.unknownCaches(types), ...this.sharedNames(types)];
    if (faults.length > 0) throw new CacheConfigError(faults);
  }

  private *wrappers(): Iterable<Wrapper> {
    for (const module of this.modules.values()) {
      yield* module.providers.values();
      yield* module.controllers.values();
      yield* module.injectables.values();
    }
  }

  /** The class that was instantiated: of a factory's instance its constructor, not the factory. */
  private typeOf({ instance, metatype }: Wrapper): { prototype: object; name: string } | undefined {
    const made = instance && typeof instance === 'object' ? (instance as object).constructor : undefined;
    const type = made && made !== Object ? made : metatype;
    return typeof type === 'function' && type.prototype
      ? (type as { prototype: object; name: string } & Function)
      : undefined;
  }

  private unknownCaches(types: Iterable<{ prototype: object; name: string }>): ConfigFault[] {
    const faults: ConfigFault[] = [];
    for (const type of types) {
      for (const site of sitesOf(type.prototype)) {
        const name = site.cacheName(type);
        if (name === undefined || this.registry.knows(name)) continue;
        const known = this.registry.names.map((each) => JSON.stringify(each)).join(', ');
        faults.push({
          path: `${type.name}.${site.method}`,
          message: `@${site.decorator} asks for the cache ${JSON.stringify(name)}; there is ${known}`,
        });
      }
    }
    return faults;
  }

  /** Two services of one name would serve each other's values. */
  private sharedNames(types: Iterable<{ prototype: object; name: string }>): ConfigFault[] {
    const owners = new Map<string, { prototype: object }>();
    const faults: ConfigFault[] = [];
    for (const type of types) {
      for (const site of sitesOf(type.prototype)) {
        if (!site.usesClassName(type)) continue;
        const place = JSON.stringify([site.cacheName(type) ?? '', type.name, site.method]);
        const owner = owners.get(place) ?? type;
        owners.set(place, owner);
        if (owner === type) continue;
        faults.push({
          path: `${type.name}.${site.method}`,
          message: `two classes named ${type.name} would share the keys of this method; give one of them @CacheConfig({ keyPrefix })`,
        });
      }
    }
    return faults;
  }
}
