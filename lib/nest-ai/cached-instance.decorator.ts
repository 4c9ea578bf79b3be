import { Logger } from '@nestjs/common';
import type { ModelOptions } from '../ai/models/model-cache-options.js';
import { ModelCache } from '../ai/models/model-cache.js';
import { checkModelOptions } from '../ai/models/resolved-model-options.js';
import { callKey, headOf } from '../core/call-key.js';
import { checkTarget, placeName } from '../nest/decorators/check-options.js';
import { injectHidden } from '../nest/decorators/injected-property.js';
import { isOverridden } from '../nest/decorators/registry-property.js';
import { replaceMethod, type AnyMethod } from '../nest/decorators/wrap-method.js';
import { CacheUsageError } from '../support/errors.js';

/** Where an object finds the models of its application. */
const MODELS = Symbol('nestjs-cached:models');
const logger = new Logger('ModelCacheModule');

/** `A`: the method's parameters. `T`: what its promise resolves to. */
export interface CachedInstanceOptions<A extends unknown[] = never[], T = never> extends ModelOptions<T> {
  /**
   * What identifies the instance. A string is the whole key, as `delete(key)` of the `ModelCache` takes it; anything else
   * becomes a key under class and method. Default: all arguments.
   */
  key?: (...args: A) => unknown;
}

type Factory = (...args: never[]) => Promise<unknown>;

/**
 * Caches the live object that a method's promise resolves to: the same arguments give the same instance, by reference, out of the
 * injected `ModelCache`. As with `getModel` it may be disposed of after its `grace`.
 *
 * Without a `ModelCache` (no `ModelCacheModule`, or an object that Nest has not made) each call makes an instance, which nobody
 * disposes of; one warning says so. A call that no key can be made of rejects with `CacheKeyError`, and makes none. Objects of
 * one class share their instances, whatever they hold themselves (a tenant, say): what the instance depends on has to be an
 * argument. Classes of one name do not share.
 *
 * @throws CacheUsageError at decoration, for a bad option, a static method, and what is no method.
 */
export function CachedInstance<M extends Factory>(
  options: CachedInstanceOptions<Parameters<M>, Awaited<ReturnType<M>>> = {},
): (target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<M>) => void {
  return (target, name, descriptor) => {
    checkTarget('CachedInstance', target, name, descriptor);
    const where = placeName('CachedInstance', target, name);
    const site = new InstanceSite(where, target, name, options);
    const original = descriptor.value as unknown as AnyMethod;
    if (!Object.hasOwn(target, MODELS)) injectHidden(target, MODELS, ModelCache);
    replaceMethod(descriptor, (instance, args) => site.run(instance, args, () => original.apply(instance, args)));
  };
}

class InstanceSite {
  private readonly key: ((...args: unknown[]) => unknown) | undefined;
  private readonly keeping: ModelOptions<unknown>;
  private hasWarned = false;

  /** @throws CacheUsageError */
  constructor(
    private readonly where: string,
    private readonly target: object,
    private readonly property: string | symbol,
    options: CachedInstanceOptions,
  ) {
    const { key, ...keeping } = (options ?? {}) as CachedInstanceOptions<unknown[], unknown>;
    // What is no object has no members to take apart: it goes where that is said.
    checkModelOptions(where, typeof options === 'object' ? keeping : options);
    if (key !== undefined && typeof key !== 'function') {
      throw new CacheUsageError(`${where}: key is of type ${typeof key}. Give a function of the method's arguments.`);
    }
    this.key = key;
    this.keeping = keeping;
  }

  run(instance: unknown, args: unknown[], make: () => unknown): unknown {
    const models = (instance as { [MODELS]?: ModelCache } | undefined)?.[MODELS];
    if (models === undefined) {
      this.warn();
      return make();
    }
    try {
      return models.getModel(this.keyOf(models, instance as object, args), make, this.keeping);
    } catch (error) {
      const fault: Error = error as CacheUsageError;
      return Promise.reject(fault);
    }
  }

  private keyOf(models: ModelCache, instance: object, args: unknown[]): string {
    if (this.key === undefined) return callKey(this.headOf(models, instance.constructor), args);
    const key = this.key(...args);
    return typeof key === 'string' ? key : callKey(this.headOf(models, instance.constructor), [key]);
  }

  private headOf(models: ModelCache, type: Function): string {
    const name = classNamesIn(models).of(type);
    // A method and the one it overrides are two.
    const isInherited = isOverridden(type, this.property, this.target);
    return headOf(isInherited ? `${name}>${this.target.constructor.name}` : name, String(this.property));
  }

  private warn(): void {
    if (this.hasWarned) return;
    this.hasWarned = true;
    logger.warn(
      `${this.where} makes an instance at each call: its object has no ModelCache. Import ModelCacheModule, and let Nest make the object.`,
    );
  }
}

/** What the classes are called in keys: by their name, and those that come later under the same name with a number. */
class ClassNames {
  private readonly names = new WeakMap<Function, string>();
  private readonly uses = new Map<string, number>();

  of(type: Function): string {
    const known = this.names.get(type);
    if (known !== undefined) return known;
    const count = (this.uses.get(type.name) ?? 0) + 1;
    const name = count === 1 ? type.name : `${type.name}~${count}`;
    this.uses.set(type.name, count);
    this.names.set(type, name);
    return name;
  }
}

const classNames = new WeakMap<ModelCache, ClassNames>();

function classNamesIn(models: ModelCache): ClassNames {
  const known = classNames.get(models) ?? new ClassNames();
  classNames.set(models, known);
  return known;
}
