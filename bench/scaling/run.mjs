// How costs grow with sizes. node bench/scaling/run.mjs [--quick] [--only family[,family]] [--json file]
import { execFile } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { load, machine } from '../kit/machine.mjs';
import { inTime, median } from '../kit/stats.mjs';
import { grid } from '../kit/table.mjs';
import { growthOf } from './growth.mjs';

const execute = promisify(execFile);
const MEASURE = fileURLToPath(new URL('measure.mjs', import.meta.url));
const ORDER = ['entries', 'tags', 'patterns', 'loads', 'journal'];
/** A million entries of 200 bytes, and what the test itself holds. */
const FLAGS = ['--no-warnings', '--max-old-space-size=8192'];

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' }, json: { type: 'string' } },
});
const { quick, only, json } = values;
const known = readdirSync(new URL('families/', import.meta.url)).map((file) => file.replace('.mjs', ''));
const chosen = only === undefined ? ORDER : only.split(',');
const unknown = chosen.filter((name) => !known.includes(name));
if (unknown.length > 0) throw new Error(`No family ${unknown.join(', ')}: --only takes some of ${ORDER.join(', ')}`);

const begun = performance.now();
const say = (/** @type {string} */ text) =>
  console.error(`[${((performance.now() - begun) / 1000).toFixed(1)} s] ${text}`);
const results = [];
for (const name of chosen) {
  const { family } = await import(`./families/${name}.mjs`);
  const sizes = family.sizes(quick);
  say(`${name}: ${sizes.join(', ')}`);
  const operations = await measureAll(name, sizes);
  results.push({ name, title: family.title, sizes, operations });
  console.log(tableOf(family.title, sizes, operations));
}
const about = { ...machine(), load: load(), seconds: Math.round((performance.now() - begun) / 1000), quick };
console.log(`\`\`\`json\n${JSON.stringify(about, undefined, 2)}\n\`\`\``);
if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine: about, results }, undefined, 2)}\n`);

/**
 * A fresh process a size, sizes in turn, several times: the median of each.
 * @param {string} name @param {readonly number[]} sizes
 */
async function measureAll(name, sizes) {
  /** @type {Map<string, number[][]>} */
  const found = new Map();
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    for (const [column, size] of sizes.entries()) {
      const { stdout } = await execute(process.execPath, [...FLAGS, MEASURE, name, String(size)]);
      for (const [operation, ns] of Object.entries(JSON.parse(stdout))) {
        const costs = found.get(operation) ?? sizes.map(() => []);
        found.set(operation, costs);
        costs[column]?.push(Number(ns));
      }
    }
  }
  return [...found].map(([operation, all]) => {
    const costs = all.map((ns) => (ns.length === 0 ? undefined : median(ns)));
    return { operation, costs, ...growthOf(sizes, costs) };
  });
}

function tableOf(title, sizes, operations) {
  const head = [title, ...sizes.map((size) => size.toLocaleString('en')), 'largest / smallest', ''];
  const lines = operations.map(({ operation, costs, ratio, word }) => [
    operation,
    ...costs.map((ns) => (ns === undefined ? '' : inTime(ns))),
    Number.isNaN(ratio) ? '' : `${ratio.toFixed(ratio < 10 ? 2 : 0)} times`,
    word,
  ]);
  return `## ${title}\n\n${grid([head, ...lines])}\n`;
}
