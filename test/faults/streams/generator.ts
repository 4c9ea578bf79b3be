import { createCache } from '../../../lib/assembly/create-cache.js';
import { resolveOptions } from '../../../lib/config/resolved-options.js';
import { validateOptions } from '../../../lib/config/validate-options.js';
import type { CacheModuleOptions } from '../../../lib/contracts/options.js';
import { shutDown } from '../../../lib/core/shutdown.js';

/** One process of a fleet that reads a stream: `node generator.js '<orders>'`. Says each item, and how it ended. */
interface Orders {
  readonly name: string;
  readonly options: CacheModuleOptions;
  readonly readers: number;
  readonly items: number;
  /** Stands still after so many items, until it is killed. */
  readonly stopsAfter?: number;
}

const { name, options, readers, items, stopsAfter } = JSON.parse(process.argv[2]!) as Orders;
const cache = await createCache(resolveOptions(validateOptions(options)));
const { feed, store } = cache.cache.parts;
while (!feed.connected || store.condition?.awaySince !== undefined)
  await new Promise((resolve) => setTimeout(resolve, 5));
const say = (message: object): void => void process.send!(message);

async function* generate(): AsyncGenerator<string> {
  say({ says: 'generating' });
  for (let nth = 0; nth < items; nth++) {
    if (nth === stopsAfter) {
      say({ says: 'stuck' });
      await new Promise(() => setInterval(() => {}, 1_000));
    }
    yield `${name}:${nth}`;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function read(): Promise<string[]> {
  const found: string[] = [];
  for await (const item of cache.getOrSetStream('k', generate)) found.push(item);
  return found;
}

say({ says: 'ready' });
process.on('message', async (message) => {
  if (message === 'read') say({ says: 'read', streams: await Promise.all(Array.from({ length: readers }, read)) });
  if (message !== 'end') return;
  await shutDown(cache.cache.parts);
  process.disconnect();
});
