import { readFileSync } from 'node:fs';

/** The version of this package, from its manifest, two folders above this file in the sources and in the build. */
export function ownVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const version: unknown = Reflect.get(Object(manifest) as object, 'version');
  return typeof version === 'string' ? version : 'unknown';
}
