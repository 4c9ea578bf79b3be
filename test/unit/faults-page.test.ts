import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { BEGIN, END, generated, proofsOf } from '../faults/outages/page.js';
import { TABLES } from '../faults/outages/rows.js';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = join(ROOT, 'docs/faults.md');

const rows = Object.values(TABLES).flatMap((table) => Object.entries(table));

/* `npm run docs:faults` writes the page. */
if (process.env['WRITE_FAULTS']) {
  const page = readFileSync(PAGE, 'utf8');
  const [before, after] = [page.slice(0, page.indexOf(BEGIN) + BEGIN.length), page.slice(page.indexOf(END))];
  writeFileSync(PAGE, `${before}\n\n${generated()}\n\n${after}`);
}

describe('docs/faults.md', () => {
  it('says what the rows say that the tests are held against (else: npm run docs:faults)', () => {
    const page = readFileSync(PAGE, 'utf8');
    expect(page.slice(page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)).trim()).toBe(generated());
  });

  it('says nothing twice', () => {
    expect(new Set(rows.map(([name]) => name)).size).toBe(rows.length);
    expect(new Set(rows.map(([, { fault }]) => fault)).size).toBe(rows.length);
  });

  it.each(rows)('has a test for %s', (name, row) => {
    const proofs = proofsOf(name, row);
    expect(proofs.length).toBeGreaterThan(0);
    // One file each: whoever looks for it shall not find an older one.
    if (!row.proofs) expect(proofs).toHaveLength(1);
    for (const { file, test } of proofs) {
      const source = readFileSync(join(ROOT, file), 'utf8');
      // As the name of a test, not in a comment or anywhere else: between an opening parenthesis and a comma.
      const names = [...source.matchAll(/\(\s*(['"`])((?:(?!\1).)+)\1,/g)].map(([, , text]) => text);
      expect(names).toContain(test);
    }
  });
});
