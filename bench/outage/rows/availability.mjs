import { now, sleep } from '../../fleet/kit/clock.mjs';
import { inMs, round } from '../../fleet/kit/stats.mjs';
import { withWorkers } from '../kit/workers.mjs';
import { CONTESTANTS } from '../kit/contestants.mjs';
import { MortalServer } from '../kit/mortal.mjs';

const SLOWEST = 150;
const LEAST_SHARE = 0.98;
const USED_AGAIN = 1_000;
const PATIENCE = 10_000;

/** Calls before, during and after the server is away, frozen or dead. */
export async function run({ quick, say }) {
  const lines = [];
  for (const how of /** @type {const} */ (['freeze', 'kill'])) {
    for (const name of Object.keys(CONTESTANTS)) {
      const found = await measure(how, name, quick);
      say(`availability, ${how}, ${name}: ${JSON.stringify(found)}`);
      lines.push(lineOf(how, name, found));
    }
  }
  return lines;
}

/** @param {'freeze' | 'kill'} how @param {string} name @param {boolean} quick */
async function measure(how, name, quick) {
  const [before, during, after] = quick ? [1_500, 4_000, 3_000] : [4_000, 4_000, 8_000];
  const server = await MortalServer.start();
  try {
    return await withWorkers({ jobs: 'availability', count: 1, port: server.port }, async ([worker]) => {
      await worker.call('prepare', name);
      await worker.call('start');
      await sleep(1_000);
      const begun = now();
      await sleep(before);
      const left = now();
      await server.leave(how);
      await sleep(during);
      const back = now();
      const returned = server.comeBack(how);
      // A server takes its own time to start; what is asked for is counted from when it answers.
      await returned;
      const there = now();
      const usedAgain = name === 'no cache' ? undefined : await worker.call('usedAgain', there, PATIENCE);
      await sleep(Math.max(0, there + after - now()));
      await worker.call('stop');
      return {
        before: await worker.call('figures', begun, left),
        during: await worker.call('figures', left, back),
        after: await worker.call('figures', there, there + after),
        usedAgain,
      };
    });
  } finally {
    await server.stop();
  }
}

function lineOf(how, name, { before, during, after, usedAgain }) {
  const share = round(during.perSecond / before.perSecond);
  const shareAfter = round(after.perSecond / before.perSecond);
  const isOurs = name === 'nestjs-cached';
  const failed = before.failed + during.failed + after.failed;
  const slowest = Math.max(during.slowest, after.slowest);
  return {
    what: `${how === 'freeze' ? 'frozen' : 'killed, restarted'} for 4 s: ${name}`,
    limit: `before ${before.perSecond.toFixed(0)}/s, slowest ${inMs(before.slowest)}`,
    ours:
      `during ${percent(share)}, after ${percent(shareAfter)}; slowest ${inMs(during.slowest)} and ${inMs(after.slowest)}; ` +
      `${failed} failed${usedAgainText(name, usedAgain)}`,
    target: isOurs
      ? `>= ${percent(LEAST_SHARE)}, slowest <= ${SLOWEST} ms, 0 failed, used again <= ${inMs(USED_AGAIN)}`
      : 'for comparison',
    met: isOurs
      ? Math.min(share, shareAfter) >= LEAST_SHARE &&
        slowest <= SLOWEST &&
        failed === 0 &&
        (usedAgain ?? Infinity) <= USED_AGAIN
      : undefined,
    details: { before, during, after, usedAgain },
  };
}

const percent = (/** @type {number} */ share) => `${(share * 100).toFixed(1)} %`;

function usedAgainText(name, usedAgain) {
  if (name === 'no cache') return '';
  return usedAgain === undefined ? `; not used again in ${inMs(PATIENCE)}` : `; used again after ${inMs(usedAgain)}`;
}
