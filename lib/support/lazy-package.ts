import { createRequire } from 'node:module';
import { CacheDependencyError } from './errors.js';

const NOT_FOUND: readonly unknown[] = ['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'];

/**
 * An optional package, now.
 *
 * @param neededFor What cannot be done without it, as the beginning of a sentence.
 * @throws CacheDependencyError when it is not installed. What the package itself throws passes unchanged.
 */
export function requirePackage(name: string, neededFor: string): unknown {
  try {
    return createRequire(import.meta.url)(name) as unknown;
  } catch (error) {
    throw explain(error, name, neededFor);
  }
}

/**
 * An optional package, loaded when it is first needed.
 *
 * @param load `() => import('the package')`: the literal lets compilers and bundlers see it.
 * @param neededFor What cannot be done without it, as the beginning of a sentence.
 * @throws CacheDependencyError when it is not installed. What the package itself throws passes unchanged.
 */
export async function importPackage<T>(name: string, load: () => Promise<T>, neededFor: string): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw explain(error, name, neededFor);
  }
}

/** A package that is there but misses one of its own dependencies has the same code, so the name decides. */
function explain(error: unknown, name: string, neededFor: string): unknown {
  // Not `instanceof Error`: a module system in another realm, such as a test runner's, throws errors of its own.
  const { code, message } = Object(error) as Partial<NodeJS.ErrnoException>;
  if (!NOT_FOUND.includes(code) || !message?.split('\n')[0]?.includes(`'${name}'`)) return error;
  return new CacheDependencyError(
    `${neededFor} needs the package ${name}, which is not installed. Run: npm install ${name}`,
    { cause: error },
  );
}
