import type { CacheModuleOptions } from '../contracts/options.js';
import { CacheConfigError, type ConfigFault } from '../support/errors.js';
import { combinationFaults, incompleteFaults } from './combination-faults.js';
import { isGroup, optionFaults } from './option-faults.js';
import { kindOf } from './shown-value.js';

/**
 * The options, the very object that was given, when nothing is wrong with them.
 *
 * @throws CacheConfigError that lists every fault by its path. Its text never holds a password or a url.
 */
export function validateOptions(options: unknown): CacheModuleOptions {
  const partial = faultsIn(options);
  const faults = isGroup(options) ? [...partial, ...unlessKnown(incompleteFaults(options), partial)] : partial;
  if (faults.length > 0) throw new CacheConfigError(faults);
  return options as CacheModuleOptions;
}

/** What is wrong with options that another source may still complete, such as those of a file. */
export function faultsIn(options: unknown): ConfigFault[] {
  if (!isGroup(options)) {
    const hint = options === undefined ? ' Does the factory return them?' : '';
    return [{ path: 'options', message: `must be an object; got ${kindOf(options)}.${hint}` }];
  }
  const each = optionFaults(options);
  return [...each, ...unlessKnown(combinationFaults(options), each)];
}

/** One fault a path: what is wrong by itself need not be compared with others. */
function unlessKnown(faults: readonly ConfigFault[], known: readonly ConfigFault[]): ConfigFault[] {
  return faults.filter((fault) => known.every((other) => other.path !== fault.path));
}
