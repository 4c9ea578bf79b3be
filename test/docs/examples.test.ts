import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { blocksOf, PAGES, read, ROOT } from './pages.js';

/** Examples that other tests need too live where those are. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'memcached.backend.ts': 'test/support/memcached.backend.ts',
  'docs/custom-backend.md app.module.ts': 'test/support/memcached-app.module.ts',
};

/** A titled block of `docs/x.md` is the file `test/docs/x/<title>`, which is compiled and run. */
function fileOf(page: string, title: string): string {
  return ELSEWHERE[`${page} ${title}`] ?? ELSEWHERE[title] ?? `test/docs/${basename(page, '.md')}/${title}`;
}

const examples = PAGES.flatMap(blocksOf).filter(({ title }) => title !== undefined);

describe('titled examples', () => {
  it.each(examples.map((block) => [block.page, block.title!, block] as const))(
    '%s shows %s as it is tested',
    (page, title, { code }) => {
      const file = fileOf(page, title);
      expect(existsSync(ROOT + file) ? read(file) : `there is no ${file}`).toBe(code);
    },
  );
});
