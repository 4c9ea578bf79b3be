import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TABLES, type Proof, type Row } from './rows.js';

const ROOT = join(import.meta.dirname, '../../..');
const FOLDER = 'test/faults/outages';
const HEAD = ['fault', 'what callers see', 'a call waits', 'used again', 'what is lost'];

export const BEGIN = '<!-- faults:begin -->';
export const END = '<!-- faults:end -->';

/** Everything between the two marks of `docs/faults.md`, as prettier would have it. */
export function generated(): string {
  const tables = Object.entries(TABLES).map(([title, rows]) => `## ${title}\n\n${tableOf(Object.values(rows))}`);
  const tests = Object.values(TABLES).flatMap((rows) =>
    Object.entries(rows).flatMap(([name, row]) => listOf(name, row)),
  );
  return [...tables, `## The tests\n\n${tests.join('\n')}`].join('\n\n');
}

/** Every row with the tests that try it; of those in this folder, whichever file declares one by that name. */
export function proofsOf(name: string, row: Row): readonly Proof[] {
  if (row.proofs) return row.proofs;
  const files = readdirSync(join(ROOT, FOLDER)).filter((file) => file.endsWith('.test.ts'));
  return files
    .filter((file) => readFileSync(join(ROOT, FOLDER, file), 'utf8').includes(`checks('${name}',`))
    .map((file) => ({ file: `${FOLDER}/${file}`, test: name }));
}

function listOf(name: string, row: Row): string[] {
  return proofsOf(name, row).map(({ file, test }) => `- \`${file}\`: ${test}`);
}

function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(({ fault, sees, call, back, lost }) => [
    fault,
    sees,
    typeof call === 'string' ? call : `${call} ms`,
    typeof back === 'string' ? back : `within ${back < 1_000 ? `${back} ms` : `${back / 1_000} s`}`,
    lost,
  ]);
  const widths = HEAD.map((head, column) => Math.max(head.length, ...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n');
}
