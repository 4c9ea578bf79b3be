import { readOptionsFile } from '../../config/from-file.js';
import { CacheConfigError } from '../../support/errors.js';
import type { AiCacheOptions } from './ai-cache-options.js';
import { aiFaultsIn } from './ai-option-faults.js';

/**
 * Options from a `.json`, `.yaml` or `.yml` file, read now. As in code, a bare number is **milliseconds**.
 *
 * @throws CacheConfigError when the file cannot be read, has bad syntax (the line is named) or holds bad options (each is
 * named by its path).
 * @throws CacheDependencyError for YAML without the package `yaml`.
 */
export function aiCacheOptionsFromFile(path: string): AiCacheOptions {
  const options = readOptionsFile(path);
  const faults = aiFaultsIn(options).map((fault) => ({ path: fault.path, message: `${fault.message} (In ${path}.)` }));
  if (faults.length > 0) throw new CacheConfigError(faults);
  return options;
}
