import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openApp } from '../contestants/nestjs-cached/open-cache.mjs';
import { median, spread } from '../kit/stats.mjs';

const ITEMS = 1_000;
const ROUNDS = 41;
/** Those take a second each. */
const PACED_EVERY = 5;

/** What it costs a live stream to be recorded, and how soon a replay begins. */
export async function streams() {
  const child = fork(fileURLToPath(new URL('./model-server.mjs', import.meta.url)), { execArgv: [] });
  const [port] = await once(child, 'message');
  const { app, cache } = await openApp({});
  const live = () => completion(`http://127.0.0.1:${port}/`);
  const paced = () => completion(`http://127.0.0.1:${port}/paced`);
  let key = 0;
  const cases = {
    'over HTTP, 1,000 chunks of a completion, 1 ms apart: read by itself': paced,
    'the same, recorded': () => cache.getOrSetStream(`paced:${key++}`, paced),
    'over HTTP, as fast as the server is: read by itself': live,
    'that, recorded': () => cache.getOrSetStream(`live:${key++}`, live),
    'in the process, 1,000 objects: read by itself': () => objects(),
    'these, recorded': () => cache.getOrSetStream(`bare:${key++}`, objects),
    'in the process, 1,000 texts: read by itself': () => texts(),
    'those, recorded': () => cache.getOrSetStream(`texts:${key++}`, texts),
  };
  const found = Object.fromEntries(Object.keys(cases).map((name) => [name, /** @type {number[]} */ ([])]));
  for (let round = -5; round < ROUNDS; round++) {
    for (const [name, open] of Object.entries(cases)) {
      if (round % PACED_EVERY !== 0 && (open === paced || name === 'the same, recorded')) continue;
      const begun = performance.now();
      const count = await drain(open());
      if (count !== ITEMS) throw new Error(`${name}: ${count} items.`);
      if (round >= 0) found[name]?.push(performance.now() - begun);
    }
  }
  const lines = [];
  const names = Object.keys(cases);
  for (let nth = 0; nth < names.length; nth += 2) {
    const [bare, own] = [found[names[nth] ?? ''] ?? [], found[names[nth + 1] ?? ''] ?? []];
    const ratio = spread(own.map((time, round) => time / (bare[round] ?? 1)));
    lines.push([names[nth], `${median(bare).toFixed(2)} ms`, '1.00', '']);
    const isAsked = nth === 0;
    const verdict = isAsked ? `< 1.10: ${ratio.median < 1.1 ? 'met' : 'NOT met'}` : '';
    lines.push([names[nth + 1], `${median(own).toFixed(2)} ms`, shown(ratio), verdict]);
  }
  const replayed = await firstItems(cache, live);
  await app.close();
  child.disconnect();
  return [...lines, ...replayed];
}

/** The first item of what is stored, beside that of an array. */
async function firstItems(cache, live) {
  for await (const _ of cache.getOrSetStream('replayed', live));
  const items = await cache.get('replayed');
  const plain = async function* () {
    yield* items;
  };
  const times = { array: /** @type {number[]} */ ([]), replay: /** @type {number[]} */ ([]) };
  for (let round = -20; round < 200; round++) {
    for (const [name, open] of /** @type {const} */ ([
      ['array', plain],
      ['replay', () => cache.getOrSetStream('replayed', live)],
    ])) {
      const begun = performance.now();
      const stream = open();
      await stream.next();
      if (round >= 0) times[name].push(performance.now() - begun);
      await stream.return(undefined);
    }
  }
  const later = median(times.replay.map((time, round) => time - (times.array[round] ?? 0)));
  return [
    ['the first of 1,000 items of an array', `${median(times.array).toFixed(3)} ms`, '', ''],
    [
      'the same, replayed',
      `${median(times.replay).toFixed(3)} ms`,
      `${later.toFixed(3)} ms later`,
      `< 1 ms: ${later < 1 ? 'met' : 'NOT met'}`,
    ],
  ];
}

const shown = (/** @type {{ median: number, min: number, max: number }} */ { median: middle, min, max }) =>
  `${middle.toFixed(2)} (${min.toFixed(2)}..${max.toFixed(2)})`;

async function drain(stream) {
  let count = 0;
  for await (const _ of stream) count++;
  return count;
}

async function* completion(url) {
  const response = await fetch(url, { method: 'POST', body: '{}' });
  let text = '';
  for await (const bytes of response.body.pipeThrough(new TextDecoderStream())) {
    text += bytes;
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) if (event !== 'data: [DONE]') yield JSON.parse(event.slice('data: '.length));
  }
}

async function* objects() {
  for (let nth = 0; nth < ITEMS; nth++) yield { type: 'text-delta', id: '0', delta: ` word${nth}` };
}

async function* texts() {
  for (let nth = 0; nth < ITEMS; nth++) yield ` word${nth}`;
}
