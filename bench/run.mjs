// The library beside its peers and the raw limit. node bench/run.mjs [--quick] [--only row[,row]] [--json file] [--record]
import { readdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { compare, FULL, QUICK } from './kit/compare.mjs';
import { isBusy, load, machine } from './kit/machine.mjs';
import { peersAreInstalled, peersOf } from './kit/peers.mjs';
import { startRedis } from './kit/redis.mjs';
import { tableOf } from './kit/table.mjs';

/** In the order in which they are shown; a row of a file that is not named here comes after them. */
const ORDER = [
  'memory-get',
  'decorated',
  'get-or-set',
  'two-tier-hit',
  'redis-get',
  'redis-get-many',
  'redis-large',
  'stampede',
  'coherence',
  'outage',
  'http',
  'keys',
  'bytes',
  'start-up',
];

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string' },
    record: { type: 'boolean', default: false },
  },
});
const { quick, only, json, record } = values;

const names = rowNames();
const chosen = only === undefined ? names : only.split(',');
const unknown = chosen.filter((name) => !names.includes(name));
if (unknown.length > 0) throw new Error(`No row ${unknown.join(', ')}: --only takes some of ${names.join(', ')}`);

const begun = performance.now();
const say = (/** @type {string} */ text) =>
  console.error(`[${((performance.now() - begun) / 1000).toFixed(1)} s] ${text}`);
if (!peersAreInstalled()) say('The peers are not installed, and are left out: `npm run bench:setup` gets them.');

/** @type {Awaited<ReturnType<typeof startRedis>> | undefined} */
let server;
/** @type {import('./kit/table.mjs').Result[]} */
const results = [];
const loads = [load()];
if (isBusy()) say(`The machine is busy (load ${loads[0]}): what follows is a look, not a figure to be quoted.`);
let failed = false;
try {
  for (const name of chosen) {
    const { row } = await import(`./rows/${name}.mjs`);
    say(name);
    try {
      if (row.redis) server ??= await startRedis();
      const lines = await linesOf(row);
      results.push({ name, title: row.title, lines });
      console.log(tableOf({ name, title: row.title, lines }));
    } catch (error) {
      failed = true;
      say(`${name} failed: ${error instanceof Error ? error.stack : String(error)}`);
    }
    loads.push(load());
  }
} finally {
  await server?.stop();
}

const seconds = Math.round((performance.now() - begun) / 1000);
const about = {
  ...machine(),
  redis: server?.version,
  load: { before: loads[0], highest: Math.max(...loads) },
  seconds,
  quick,
};
console.log(`\`\`\`json\n${JSON.stringify(about, undefined, 2)}\n\`\`\``);
if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine: about, results }, undefined, 2)}\n`);
if (record) await (await import('./check/record.mjs')).recordRun({ about, results, say });
if (failed) process.exitCode = 1;

function rowNames() {
  const files = readdirSync(new URL('rows/', import.meta.url)).filter((file) => file.endsWith('.mjs'));
  const all = files.map((file) => file.slice(0, -'.mjs'.length));
  const place = (/** @type {string} */ name) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return all.toSorted((a, b) => place(a) - place(b) || a.localeCompare(b));
}

/**
 * A row either says what is compared, case by case, or measures by itself with `run`.
 * @param {any} row @returns {Promise<import('./kit/table.mjs').Line[]>}
 */
async function linesOf(row) {
  const pace = { ...(quick ? QUICK : FULL), ...row.pace?.(quick) };
  if (row.run !== undefined) return row.run({ quick, say, server, pace });
  const lines = [];
  for (const one of row.cases) {
    say(`  ${one.name}`);
    const params = { ...one.params, ...(server === undefined ? {} : { port: server.port }) };
    const others = [...(one.ours ?? row.ours), ...(one.peers ?? row.peers ?? peersOf(one.room ?? row.room))];
    const limit = one.limit ?? row.limit;
    const watch = row.watch?.({ server });
    const around = watch === undefined ? {} : { around: watch.around };
    const found = await compare({ row: row.name, case: one.name, limit, others, params, pace, say, ...around });
    lines.push(...(watch?.finish(found) ?? found));
  }
  return lines;
}
