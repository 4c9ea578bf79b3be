import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { measureHotPaths } from './measure.mjs';

const FILE = new URL('../recorded.json', import.meta.url);

/**
 * `machine`: of the run. `rows`: its lines without the rounds, for the chart. `hotPaths`: what `bench:check` compares with,
 * measured the way it does.
 * @typedef {{ machine: any, rows: Record<string, { title: string, lines: import('../kit/table.mjs').Line[] }>,
 *   hotPaths: Record<string, import('./judge.mjs').Measured> }} Recorded
 */

/** @returns {Recorded | undefined} */
export const readRecorded = () => (existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : undefined);

/**
 * Writes a run down. Rows that did not run keep what was recorded of them.
 * @param {{ about: any, results: readonly import('../kit/table.mjs').Result[], say: (text: string) => void }} run
 */
export async function recordRun({ about, results, say }) {
  say('The hot paths, as bench:check measures them');
  const hotPaths = await measureHotPaths({ say });
  const rows = { ...readRecorded()?.rows };
  for (const { name, title, lines } of results) rows[name] = { title, lines: lines.map(withoutRounds) };
  writeFileSync(FILE, `${JSON.stringify({ machine: about, rows, hotPaths }, undefined, 2)}\n`);
}

/** @param {import('../kit/table.mjs').Line} line @returns {import('../kit/table.mjs').Line} */
const withoutRounds = (line) => ({ ...line, rounds: undefined, details: undefined });
