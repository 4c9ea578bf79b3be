import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path/posix';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export const read = (path: string): string => readFileSync(ROOT + path, 'utf8');

const pagesIn = (folder: string, recursive = false): string[] =>
  existsSync(join(ROOT, folder))
    ? readdirSync(join(ROOT, folder), { encoding: 'utf8', recursive })
        .filter((name) => name.endsWith('.md'))
        .map((name) => join(folder, name))
    : [];

/** Every page a reader may open, by its path in the repository. `docs/api` is generated. */
export const PAGES: readonly string[] = [
  ...pagesIn(''),
  ...pagesIn('docs', true),
  ...['bench', 'sample-app'].flatMap((folder) => pagesIn(folder)),
]
  .filter((path) => !path.startsWith('docs/api/'))
  .toSorted();

/** A block of TypeScript in a page. */
export interface Block {
  readonly page: string;
  /** The line of its first line of code, counted from 1. */
  readonly line: number;
  /** The file it stands for, where it has a title. */
  readonly title: string | undefined;
  readonly code: string;
}

export function blocksOf(page: string): Block[] {
  const text = read(page);
  return [...text.matchAll(/^```ts(?: title="(.+)")?\n([\s\S]*?)^```$/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split('\n').length + 1,
    title: match[1],
    code: match[2]!,
  }));
}
