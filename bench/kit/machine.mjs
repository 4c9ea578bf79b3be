import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

/** @param {string} folder Relative to the repository. */
function versionIn(folder) {
  try {
    return JSON.parse(readFileSync(new URL(`../../${folder}package.json`, import.meta.url), 'utf8')).version;
  } catch {
    return undefined;
  }
}

const OURS = ['ioredis', 'lru-cache', '@nestjs/core'];

/** What the figures depend on. The machine is described, never named. */
export function machine() {
  const peers = JSON.parse(readFileSync(new URL('../peers/package.json', import.meta.url), 'utf8')).dependencies;
  const installed = Object.keys(peers).map((name) => [name, versionIn(`bench/peers/node_modules/${name}/`)]);
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    node: process.version,
    v8: process.versions.v8,
    packages: {
      'nestjs-cached': versionIn(''),
      ...Object.fromEntries(OURS.map((name) => [name, versionIn(`node_modules/${name}/`)])),
    },
    peers: Object.fromEntries(installed.filter(([, version]) => version !== undefined)),
  };
}

/** One minute's: what else the machine did. */
export const load = () => Number((loadavg()[0] ?? NaN).toFixed(2));

/** Whether others have more than a quarter of it: contestants would wait for a processor, and not all alike. */
export const isBusy = () => load() > cpus().length / 4;
