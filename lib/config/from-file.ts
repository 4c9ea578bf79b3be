import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { CacheModuleOptions } from '../contracts/options.js';
import { CacheConfigError } from '../support/errors.js';
import { readJson } from './json-text.js';
import { isGroup } from './option-faults.js';
import { kindOf } from './shown-value.js';
import { faultsIn } from './validate-options.js';
import { readYaml } from './yaml-text.js';

const READERS: Readonly<Record<string, (text: string, path: string) => unknown>> = {
  '.json': readJson,
  '.yaml': readYaml,
  '.yml': readYaml,
};

/**
 * Options from a `.json`, `.yaml` or `.yml` file, read now. As in code, a bare number is **milliseconds**.
 *
 * @throws CacheConfigError when the file cannot be read, has bad syntax (the line is named) or holds bad options (each is
 * named by its path). Its text holds nothing of what the file says but option names and plain values.
 * @throws CacheDependencyError for YAML without the package `yaml`.
 */
export function cacheOptionsFromFile(path: string): CacheModuleOptions {
  const options = readOptionsFile(path);
  const faults = faultsIn(options).map((fault) => ({ path: fault.path, message: `${fault.message} (In ${path}.)` }));
  if (faults.length > 0) throw new CacheConfigError(faults);
  return options;
}

/** The object that a file holds, whatever its members are. @throws CacheConfigError. @throws CacheDependencyError. */
export function readOptionsFile(path: string): object {
  const options = parse(path);
  if (isGroup(options)) return options;
  throw new CacheConfigError([{ path, message: `must hold an object of options; it holds ${kindOf(options)}.` }]);
}

function parse(path: string): unknown {
  const extension = extname(path).toLowerCase();
  const reader = Object.hasOwn(READERS, extension) ? READERS[extension] : undefined;
  if (!reader) throw new CacheConfigError([{ path, message: 'must end with .json, .yaml or .yml.' }]);
  return reader(readText(path), path);
}

function readText(path: string): string {
  try {
    // Some editors begin a file with a byte order mark.
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const message = code === 'ENOENT' ? 'does not exist.' : `cannot be read (${String(code)}).`;
    throw new CacheConfigError([{ path, message }]);
  }
}
