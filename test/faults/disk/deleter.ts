import { createCache } from '../../../lib/assembly/create-cache.js';
import { resolveOptions } from '../../../lib/config/resolved-options.js';
import { validateOptions } from '../../../lib/config/validate-options.js';
import { shutDown } from '../../../lib/core/shutdown.js';

/** Deletes a key of the cache in a directory, says whether it was done, and ends: `node deleter.js '<directory>' '<key>'`. */
const [, , directory, key] = process.argv;
const cache = await createCache(resolveOptions(validateOptions({ backend: 'disk', disk: { directory: directory! } })));
process.stdout.write(String(await cache.delete(key!)));
await shutDown(cache.cache.parts);
