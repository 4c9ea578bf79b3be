import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { peersAreInstalled, peersOf } from '../kit/peers.mjs';
import { median, ratiosOf, round, spread } from '../kit/stats.mjs';

const execute = promisify(execFile);
const START = fileURLToPath(new URL('../kit/start.mjs', import.meta.url));
const NEST = 'reflect-metadata,@nestjs/common,@nestjs/core';

const app = (/** @type {string} */ name, /** @type {string} */ kind, /** @type {string} */ module) => ({
  case: 'an application of Nest',
  name,
  kind,
  module,
});
const APPS = () => [
  app('no cache', 'limit', 'contestants/nest/start-up.mjs'),
  app('nestjs-cached', 'ours', 'contestants/nestjs-cached/memory.mjs'),
  ...(peersAreInstalled() ? [app('@nestjs/cache-manager', 'peer', 'peers/nestjs-cache-manager/start-up.mjs')] : []),
];

const alone = (/** @type {any} */ contestant) => ({ case: 'import and create', ...contestant });
const ALONE = () => [
  alone({ name: 'lru-cache', kind: 'limit', module: 'contestants/lru-cache/memory.mjs' }),
  alone({
    name: 'nestjs-cached',
    kind: 'ours',
    module: 'contestants/nestjs-cached/memory.mjs',
    loaded: NEST,
    note: 'where Nest is loaded already; starts an application as well',
  }),
  ...peersOf('memory').map(alone),
];

/** Until the first call can be made, in a fresh process. */
export const row = { name: 'start-up', title: 'time to import and create, in a fresh process', run };

async function run({ quick, say }) {
  const lines = [];
  for (const all of [APPS(), ALONE()]) {
    say(`  ${all[0].case}`);
    const found = new Map(all.map((contestant) => [contestant.name, []]));
    for (let nth = 0; nth < (quick ? 3 : 21); nth++) {
      for (const { name, module, params = {}, loaded = '' } of all) {
        const args = ['--no-warnings', START, module, JSON.stringify(params), loaded];
        found.get(name).push(Number((await execute(process.execPath, args)).stdout) * 1e6);
      }
    }
    const limit = found.get(all[0].name);
    for (const { case: of, name, kind, note } of all) {
      const ns = found.get(name);
      const ratio = spread(ratiosOf(limit, ns));
      lines.push({ case: of, contestant: name, kind, ns: round(median(ns)), ratio, note, rounds: { ns } });
    }
  }
  return lines;
}
