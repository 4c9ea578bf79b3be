import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/guarantees.md'), 'utf8');

/** `- \`file\`: test name`, under the heading of its promise. */
const sections = page
  .split(/^## /m)
  .slice(1)
  .map((section) => ({
    title: section.split('\n', 1)[0]!,
    proofs: [...section.matchAll(/^- `(test\/[^`]+)`: (.+)$/gm)].map(([, file, name]) => ({
      file: file!,
      name: name!,
    })),
  }));

describe('docs/guarantees.md', () => {
  it('has a section with proofs for each of the ten promises', () => {
    expect(sections.map(({ title }) => title.split(' ')[0])).toEqual(
      Array.from({ length: 10 }, (_, index) => `G${index + 1}`),
    );
    for (const { title, proofs } of sections) expect([title, proofs.length > 0]).toEqual([title, true]);
  });

  it.each(sections.flatMap(({ proofs }) => proofs))('$file: $name', ({ file, name }) => {
    expect(existsSync(join(ROOT, file))).toBe(true);
    const source = readFileSync(join(ROOT, file), 'utf8');
    // As the name of a test, not in a comment or anywhere else: between an opening parenthesis and a comma.
    const names = [...source.matchAll(/\(\s*(['"`])((?:(?!\1).)+)\1,/g)].map(([, , text]) => text);
    expect(names).toContain(name);
  });
});
