import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const root = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** The code under a title in a page, and the file of this repository that is compiled and run in its place. */
const examples: Record<string, Record<string, string>> = {
  'docs/custom-backend.md': {
    'memcached.backend.ts': 'test/support/memcached.backend.ts',
    'app.module.ts': 'test/support/memcached-app.module.ts',
  },
  'docs/testing.md': {
    'reports.test.ts': 'test/unit/testing/examples/reports.test.ts',
    'outage.test.ts': 'test/unit/testing/examples/outage.test.ts',
    'map.backend.test.ts': 'test/unit/testing/examples/map.backend.test.ts',
  },
};

describe.each(Object.entries(examples))('%s', (page, files) => {
  const blocks = new Map<string, string>();
  for (const [, title, code] of read(page).matchAll(/^```ts title="(.+)"\n([\s\S]*?)^```$/gm))
    blocks.set(title!, code!);

  it('has a tested file behind every titled block', () => {
    expect([...blocks.keys()].toSorted()).toEqual(Object.keys(files).toSorted());
  });

  it.each(Object.entries(files))('shows %s as it is tested', (title, path) => {
    expect(blocks.get(title)).toBe(read(path));
  });
});
