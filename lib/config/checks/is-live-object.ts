import { CacheBackend } from '../../contracts/backend.js';
import { kindOf } from '../shown-value.js';
import { oneOfFault } from './is-text.js';
import { optionCheck } from './option-check.js';

const BACKENDS = ['memory', 'redis', 'tiered', 'disk', 'null'] as const;
const BACKEND_METHODS = ['get', 'set', 'delete'] as const;
const CLIENT_METHODS = ['call', 'callBuffer'] as const;

/** An object of the application's own, known by its methods: two copies of a package have two classes of one name. */
export function HasMethods(...methods: readonly string[]): PropertyDecorator {
  return optionCheck('hasMethods', (value) => {
    const missing = missingMethods(value, methods);
    return missing === undefined ? undefined : `must be an object with ${methods.join(' and ')}; ${missing}.`;
  });
}

/** The name of a backend, or an instance of one. */
export function IsBackend(): PropertyDecorator {
  return optionCheck('isBackend', (value) => {
    if (value instanceof CacheBackend || missingMethods(value, BACKEND_METHODS) === undefined) return undefined;
    if (typeof value === 'function')
      return `is ${kindOf(value)}; give an instance of it: new ${value.name || 'YourBackend'}().`;
    if (typeof value === 'object' && value !== null) {
      return `must be a backend's name or a class that extends CacheBackend; ${missingMethods(value, BACKEND_METHODS)}.`;
    }
    return oneOfFault(value, BACKENDS);
  });
}

/** A client of ioredis; never one of another library. */
export function IsRedisClient(): PropertyDecorator {
  return optionCheck('isRedisClient', (value) => {
    const missing = missingMethods(value, CLIENT_METHODS) ?? statusFault(value);
    return missing === undefined ? undefined : `must be an ioredis client (new Redis(...)); ${missing}.`;
  });
}

/** A function. */
export function IsFunction(): PropertyDecorator {
  return optionCheck('isFunction', (value) => {
    return typeof value === 'function' ? undefined : `must be a function; got ${kindOf(value)}.`;
  });
}

function missingMethods(value: unknown, methods: readonly string[]): string | undefined {
  if (typeof value !== 'object' || value === null) return `got ${kindOf(value)}`;
  const missing = methods.filter((method) => typeof Reflect.get(value, method) !== 'function');
  return missing.length === 0 ? undefined : `it has no ${missing.join(', ')}`;
}

function statusFault(value: unknown): string | undefined {
  return typeof Reflect.get(value as object, 'status') === 'string' ? undefined : 'it has no status';
}
