import type { EvictionChoice, EvictionStrategy } from '../../contracts/eviction.js';
import { CacheConfigError } from '../errors.js';
import { messageOf } from '../message-of.js';
import { FifoEviction } from './fifo.eviction.js';
import { LfuEviction } from './lfu.eviction.js';
import { LruEviction } from './lru.eviction.js';

/** What can be chosen by name. */
export const EVICTION_NAMES = ['lru', 'lfu', 'fifo'] as const;

const METHODS = ['added', 'used', 'removed', 'cleared', 'victim'] as const;

/**
 * A strategy for one store.
 * @param path The option that has chosen it, such as `memory.eviction`.
 * @throws CacheConfigError when a function of the application's own throws, or returns no strategy.
 */
export function createEviction(choice: EvictionChoice, path: string): EvictionStrategy {
  if (choice === 'lru') return new LruEviction();
  if (choice === 'lfu') return new LfuEviction();
  if (choice === 'fifo') return new FifoEviction();
  let made: unknown;
  try {
    made = choice();
  } catch (error) {
    throw new CacheConfigError([{ path, message: `is a function that has thrown: ${messageOf(error)}` }]);
  }
  const missing = METHODS.filter((name) => typeof Reflect.get(Object(made) as object, name) !== 'function');
  if (missing.length === 0) return made as EvictionStrategy;
  throw new CacheConfigError([
    { path, message: `must return an object with ${METHODS.join(', ')}; missing: ${missing.join(', ')}.` },
  ]);
}
