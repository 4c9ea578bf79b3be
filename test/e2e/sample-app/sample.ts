import { readFile } from 'node:fs/promises';

/** A file of sample-app/samples. */
export function sample(name: string): Promise<Buffer> {
  return readFile(new URL(`../../../sample-app/samples/${name}`, import.meta.url));
}
