import { CacheConfigError } from '../../../lib/support/errors.js';

/** The error that `run` throws about options. */
export function configErrorOf(run: () => unknown): CacheConfigError {
  try {
    run();
  } catch (error) {
    if (error instanceof CacheConfigError) return error;
    throw error;
  }
  throw new Error('Nothing was wrong with the options.');
}

/** Its faults, by path; none: `{}`. */
export function faultsOf(run: () => unknown): Record<string, string> {
  try {
    run();
  } catch (error) {
    if (error instanceof CacheConfigError)
      return Object.fromEntries(error.faults.map((each) => [each.path, each.message]));
    throw error;
  }
  return {};
}
