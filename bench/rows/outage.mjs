import { now, sleep } from '../fleet/kit/clock.mjs';
import { inMs } from '../fleet/kit/stats.mjs';
import { reasonOf, withMembers } from '../kit/members.mjs';
import { peersOf } from '../kit/peers.mjs';
import { MortalServer } from '../outage/kit/mortal.mjs';
import { CALLERS, PACE_MS } from '../jobs/outage.mjs';

const AWAY_MS = 3_000;
const LEAST_SHARE = 0.98;
const SLOWEST_MS = 150;
/** Calls a second: good ones are a share of what is asked for, whoever is how fast while all is well. */
const ASKED = (CALLERS * 1_000) / PACE_MS;
/** So many contestants at a time: what is asked for leaves the machine idle most of the time. */
const AT_ONCE = 3;

const CONTESTANTS = /** @type {const} */ ([
  { name: 'no cache', kind: 'limit', module: 'contestants/no-cache/fleet.mjs' },
  { name: 'ioredis by hand', kind: 'limit', module: 'contestants/ioredis/fleet.mjs' },
  { name: 'nestjs-cached', kind: 'ours', module: 'contestants/nestjs-cached/fleet.mjs' },
]);

/** What callers notice when Redis is away: everybody by his defaults, told no more than where it is. */
export const row = {
  name: 'outage',
  title: `good calls while Redis is away for ${AWAY_MS / 1_000} s and after it, and the slowest call`,
  redis: false,
  /** @param {{ quick: boolean, say: (text: string) => void }} given */
  async run({ quick, say }) {
    const lines = [];
    for (const how of /** @type {const} */ (['freeze', 'kill'])) {
      const all = [...CONTESTANTS, ...peersOf('fleet')];
      while (all.length > 0) {
        const some = all.splice(0, AT_ONCE);
        say(`  ${how}: ${some.map(({ name }) => name).join(', ')}`);
        lines.push(...(await Promise.all(some.map((contestant) => measure(how, contestant, quick)))));
      }
    }
    return lines;
  },
};

/** @param {'freeze' | 'kill'} how @returns {Promise<import('../kit/table.mjs').Line>} */
async function measure(how, contestant, quick) {
  const [before, after] = quick ? [700, 1_000] : [2_000, 4_000];
  const server = await MortalServer.start();
  const progress = { phase: 'at the beginning' };
  try {
    return await withMembers({ jobs: 'outage', count: 1, port: server.port }, async ([member]) => {
      const call = (/** @type {any[]} */ ...job) => /** @type {any} */ (member).call(...job);
      const { note } = await call('open', contestant.module, contestant.params);
      await call('check');
      await call('start');
      await sleep(quick ? 300 : 1_000);
      const begun = now();
      await sleep(before);
      progress.phase = how === 'freeze' ? 'while Redis was frozen' : 'when Redis was killed';
      const left = now();
      await server.leave(how);
      await sleep(AWAY_MS);
      const back = now();
      await server.comeBack(how);
      progress.phase = 'after Redis was back';
      const there = now();
      await sleep(after);
      await call('stop');
      const found = {
        before: await call('figures', begun, left),
        during: await call('figures', left, back),
        after: await call('figures', there, there + after),
      };
      return lineOf(how, contestant, note, found);
    });
  } catch (error) {
    return { ...lineHead(how, contestant), failed: `${progress.phase}: ${reasonOf(error)}` };
  } finally {
    await server.stop();
  }
}

const lineHead = (how, { name, kind }) => ({
  case: how === 'freeze' ? 'frozen' : 'killed, started again',
  contestant: name,
  kind,
});

/** @returns {import('../kit/table.mjs').Line} */
function lineOf(how, contestant, note, found) {
  const { before, during, after } = found;
  const [share, shareAfter] = [during.perSecond / ASKED, after.perSecond / ASKED];
  const failed = before.failed + during.failed + after.failed;
  const hanging = before.hanging + during.hanging + after.hanging;
  const slowest = Math.max(during.slowest, after.slowest);
  const figure = [
    `${percent(share)}, after ${percent(shareAfter)}`,
    `slowest ${inMs(slowest)}`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(hanging > 0 ? [`${hanging} never answered`] : []),
  ].join('; ');
  const met = Math.min(share, shareAfter) >= LEAST_SHARE && slowest <= SLOWEST_MS && failed + hanging === 0;
  const target = `>= ${percent(LEAST_SHARE)}, <= ${SLOWEST_MS} ms, 0 failed`;
  return {
    ...lineHead(how, contestant),
    figure,
    ...(note === undefined ? {} : { note }),
    ...(contestant.kind === 'ours' ? { target, met } : {}),
    details: found,
  };
}

const percent = (/** @type {number} */ share) => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
