import { Cacheable } from '@type-cacheable/core';
import { useAdapter } from '@type-cacheable/lru-cache-adapter';
import { LRUCache } from 'lru-cache';
import { decorate } from '../../kit/decorate.mjs';
import { finderClass, finderRoom } from '../../kit/finder.mjs';
import { TTL_MS } from '../../kit/values.mjs';

/**
 * By default its key is of the whole instance as well, which here counts its own loads: without that, as its manual
 * says.
 */
export async function open() {
  useAdapter(new LRUCache({ max: 10_000, ttl: TTL_MS }), false, { excludeContext: true });
  const Finder = finderClass();
  decorate(Finder.prototype, 'find', Cacheable());
  const finds = new Finder();
  const note = 'its decorator, over lru-cache; its key is of all arguments';
  return finderRoom({ finds, loads: () => finds.loads, hands: 'its own object', note });
}
