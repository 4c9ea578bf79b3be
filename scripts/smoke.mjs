// Starts the built sample-app on a free port, sends one document twice and expects the second answer from the cache.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { extname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { root, script } from './run.mjs';

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;
/** @type {Record<string, string>} */
const TYPES = { '.pdf': 'application/pdf', '.md': 'text/markdown', '.txt': 'text/plain' };

await script(async () => {
  const port = await freePort();
  const { REDIS_URL: _, ...environment } = process.env;
  const app = spawn(process.execPath, [join(root, 'sample-app/dist/main.js')], {
    cwd: root,
    env: { ...environment, PORT: String(port) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const exited = once(app, 'exit');
  try {
    const url = `http://127.0.0.1:${port}`;
    await untilHealthy(url, app);
    const { name, body, type } = await sampleDocument();
    const first = await send(url, body, type);
    const second = await send(url, body, type);
    console.log(`${name}: ${first.outcome} in ${first.ms} ms, then ${second.outcome} in ${second.ms} ms`);
    if (first.outcome !== 'MISS' || second.outcome !== 'HIT') throw new Error('Expected MISS, then HIT.');
    if (first.text !== second.text) throw new Error('The cached answer differs from the first one.');
    app.kill('SIGTERM');
    if (!(await Promise.race([exited, delay(STOP_TIMEOUT_MS, false, { ref: false })]))) {
      throw new Error('The application did not end after SIGTERM.');
    }
  } finally {
    app.kill('SIGKILL');
  }
});

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
  probe.close();
  await once(probe, 'close');
  return port;
}

/**
 * @param {string} url
 * @param {import('node:child_process').ChildProcess} app
 */
async function untilHealthy(url, app) {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    if (app.exitCode !== null) throw new Error(`The application ended with ${app.exitCode}.`);
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.ok) return;
    if (Date.now() > deadline) throw new Error(`No healthy application within ${START_TIMEOUT_MS} ms.`);
    await delay(50);
  }
}

async function sampleDocument() {
  const folder = join(root, 'sample-app/samples');
  const names = (await readdir(folder)).toSorted();
  for (const [extension, type] of Object.entries(TYPES)) {
    const name = names.find((candidate) => extname(candidate) === extension);
    if (name) return { name, type, body: await readFile(join(folder, name)) };
  }
  throw new Error(`No sample document in ${folder}.`);
}

/**
 * @param {string} url
 * @param {Buffer} body
 * @param {string} type
 */
async function send(url, body, type) {
  const start = performance.now();
  const answer = await fetch(`${url}/documents`, { method: 'POST', headers: { 'content-type': type }, body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`POST /documents answered ${answer.status}: ${text}`);
  return { outcome: answer.headers.get('x-cache'), text, ms: Math.round(performance.now() - start) };
}
