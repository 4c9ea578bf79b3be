import type { CacheConfigOptions } from './cached-options.js';
import { checkOptions } from './check-options.js';

const configs = new WeakMap<object, CacheConfigOptions>();

/**
 * Defaults for the decorated methods of a class. A sub-class inherits them; its own come first, one by one. Give a
 * `keyPrefix` where names of classes do not last: under minification, or where several classes inherit one method and
 * shall share its entries.
 *
 * @throws CacheUsageError at decoration, for a bad option.
 */
export function CacheConfig(options: CacheConfigOptions): ClassDecorator {
  return (target) => {
    checkOptions(`@CacheConfig on ${target.name}`, options);
    configs.set(target, options);
  };
}

export function cacheConfigOf(type: object): CacheConfigOptions {
  const parent = Object.getPrototypeOf(type) as object | null;
  const inherited = parent && parent !== Function.prototype ? cacheConfigOf(parent) : {};
  return { ...inherited, ...configs.get(type) };
}
