import type { Scope } from '../contracts/scope.js';

/**
 * What a logical key is called inside the process: unique over all scopes of a cache.
 *
 * The root's keys stand as they are, which saves a concatenation on every hit. They cannot spell another scope's id: those
 * begin with NUL and a path, and a root key that begins with NUL gets an empty path in front.
 */
export function rootId(key: string): string {
  return key.charCodeAt(0) === 0 ? `\0\0${key}` : key;
}

/** The logical key that the scope calls so. */
export function keyOfId(id: string, { path, lineage }: Pick<Scope, 'path' | 'lineage'>): string {
  if (lineage.length > 1) return id.slice(path.length + 2);
  return id.charCodeAt(0) === 0 ? id.slice(2) : id;
}

/** What comes before the keys of a scope that is not the root. */
export function idPrefix(path: string): string {
  return `\0${path}\0`;
}
