// Has a hot path become slower than it was recorded to be? node bench/check.mjs [--only row[,row]]. Ends with 1 when one has.
import { parseArgs } from 'node:util';
import { judgeAll, sentenceOf } from './check/judge.mjs';
import { HOT_ROWS, measureHotPaths } from './check/measure.mjs';
import { readRecorded } from './check/record.mjs';

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const rows = values.only?.split(',') ?? HOT_ROWS;
const unknown = rows.filter((name) => !HOT_ROWS.includes(name));
if (unknown.length > 0)
  throw new Error(`Not checked: ${unknown.join(', ')}. --only takes some of ${HOT_ROWS.join(', ')}`);

const begun = performance.now();
const say = (/** @type {string} */ text) =>
  console.error(`[${((performance.now() - begun) / 1000).toFixed(1)} s] ${text}`);

const recorded = readRecorded();
if (recorded === undefined) {
  console.error('Nothing is recorded yet: `npm run bench -- --record` records a run.');
  process.exit(1);
}
const { machine } = recorded;
const hotPaths = Object.fromEntries(
  Object.entries(recorded.hotPaths).filter(([id]) => rows.some((name) => id.startsWith(`${name} / `))),
);
const major = (/** @type {string} */ version) => version.split('.')[0];
if (major(machine.node) !== major(process.version)) {
  say(`Recorded with Node ${machine.node}, this is ${process.version}: another compiler has other ratios.`);
}

const first = judgeAll(hotPaths, await measureHotPaths({ say, rows }));
let { verdicts } = first;
if (first.failed.length > 0) {
  // A neighbour's work may be to blame: whoever failed is measured once more, and only who fails again has.
  say(`Once more: ${first.failed.join('; ')}`);
  const second = judgeAll(hotPaths, await measureHotPaths({ say, rows, only: first.failed })).verdicts;
  const again = new Map(second.map((one) => [`${one.id} ${one.what}`, one]));
  verdicts = verdicts.map((one) => (one.failed ? (again.get(`${one.id} ${one.what}`) ?? one) : one));
}

for (const verdict of verdicts) console.log(sentenceOf(verdict));
for (const id of first.gone)
  console.log(`GONE  ${id}: recorded, and not measured any more; record anew if that is meant`);
for (const id of first.unrecorded) console.log(`new  ${id}: not recorded yet`);
const regressions = verdicts.filter((one) => one.failed);
console.log(
  regressions.length === 0
    ? `\nNo regression in ${verdicts.length} figures, ${Math.round((performance.now() - begun) / 1000)} s.`
    : `\n${regressions.length} of ${verdicts.length} figures have regressed.`,
);
if (regressions.length > 0 || first.gone.length > 0) process.exitCode = 1;
