// The numbers of an outage. node bench/outage/run.mjs [--quick] [--only row] [--json file]
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { now } from '../fleet/kit/clock.mjs';
import { startRedis } from '../fleet/kit/redis.mjs';
import { table } from '../fleet/kit/table.mjs';

const ROWS = ['availability', 'revoked', 'cost'];

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' }, json: { type: 'string' } },
});
const { quick, only, json } = values;
if (only !== undefined && !ROWS.includes(only)) throw new Error(`--only takes one of: ${ROWS.join(', ')}`);

const begun = now();
const say = (/** @type {string} */ text) => console.error(`[${((now() - begun) / 1000).toFixed(1)} s] ${text}`);
const versionIn = (/** @type {string} */ folder) =>
  JSON.parse(readFileSync(new URL(`../../${folder}package.json`, import.meta.url), 'utf8')).version;

const server = await startRedis();
/** @type {import('../fleet/kit/table.mjs').Line[]} */
const lines = [];
const loads = [loadavg()[0]];
let failed = false;
try {
  for (const name of only === undefined ? ROWS : [only]) {
    say(name);
    const { run } = await import(`./rows/${name}.mjs`);
    try {
      const found = await run({ server, quick, say });
      lines.push(...found.map((/** @type {object} */ line) => ({ row: name, ...line })));
    } catch (error) {
      failed = true;
      say(`${name} failed: ${error instanceof Error ? error.stack : String(error)}`);
    }
    loads.push(loadavg()[0]);
  }
} finally {
  await server.stop();
}

const machine = {
  processor: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores`,
  node: process.version,
  redis: server.version,
  packages: {
    'nestjs-cached': versionIn(''),
    ...Object.fromEntries(['ioredis', 'lru-cache', '@nestjs/core'].map((n) => [n, versionIn(`node_modules/${n}/`)])),
  },
  loadAverage: { before: loads[0]?.toFixed(2), highest: Math.max(...loads.map(Number)).toFixed(2) },
  seconds: Math.round((now() - begun) / 1000),
  quick,
};
console.log(table(lines));
console.log(`\n${JSON.stringify(machine)}`);
if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine, lines }, undefined, 2)}\n`);
if (failed) process.exitCode = 1;
