import { Cache, CacheContainer } from 'node-ts-cache';
import { MemoryStorage } from 'node-ts-cache-storage-memory';
import { decorate } from '../../kit/decorate.mjs';
import { finderClass, finderRoom } from '../../kit/finder.mjs';
import { TTL_MS } from '../../kit/values.mjs';

export async function open() {
  const Finder = finderClass();
  decorate(Finder.prototype, 'find', Cache(new CacheContainer(new MemoryStorage()), { ttl: TTL_MS / 1000 }));
  const finds = new Finder();
  const note = 'its decorator; its key is of all arguments; its memory has no bound';
  return finderRoom({ finds, loads: () => finds.loads, hands: 'its own object', note });
}
