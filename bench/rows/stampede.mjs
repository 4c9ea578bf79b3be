import { inMs, percentiles, quantile, round, spread } from '../fleet/kit/stats.mjs';
import { now } from '../fleet/kit/clock.mjs';
import { reasonOf, withMembers } from '../kit/members.mjs';
import { peersOf } from '../kit/peers.mjs';

const CALLERS = 250;
const PROCESSES = [1, 4];
/** p99 may be 1.3 times that of the bare timer. */
const TARGET = 0.77;
const NOTICE_MS = 25;
const WARM_UP = 1;

/** A busy machine may stall a process for longer than the default of 100 ms; this row is not about outages. */
const OURS = /** @type {const} */ (['tracking', 'pubsub']).map((coherence) => ({
  name: `nestjs-cached, ${coherence}`,
  kind: /** @type {const} */ ('ours'),
  module: 'contestants/nestjs-cached/fleet.mjs',
  params: { coherence, commandTimeout: '3s' },
}));

/** Everybody wants one key that nobody has: how often it is loaded, and how long all of them wait. */
export const row = {
  name: 'stampede',
  title: `${CALLERS} callers a process of one cold key, loader of 50 ms: p99 of the callers, and loads`,
  redis: true,
  /** @param {{ quick: boolean, say: (text: string) => void, server: { port: number } }} given */
  async run({ quick, say, server }) {
    const rounds = quick ? 4 : 12;
    /** By number of processes. @type {Map<number, import('../kit/table.mjs').Line[]>} */
    const lines = new Map(PROCESSES.map((count) => [count, []]));
    /** @type {Map<number, number[]>} */
    const bare = new Map(PROCESSES.map((count) => [count, []]));
    for (const contestant of [...OURS, ...peersOf('fleet')]) {
      say(`  ${contestant.name}`);
      const found = await measure(contestant, rounds, server.port);
      for (const count of PROCESSES) {
        lines.get(count)?.push(lineOf(count, contestant, found));
        bare.get(count)?.push(...(found.bare?.get(count) ?? []));
      }
    }
    return PROCESSES.flatMap((count) => [limitOf(count, bare.get(count) ?? []), ...(lines.get(count) ?? [])]);
  },
};

async function measure(contestant, rounds, port) {
  try {
    return await withMembers({ jobs: 'stampede', count: Math.max(...PROCESSES), port }, async (members) => {
      const opened = await Promise.all(
        members.map((member) => member.call('open', contestant.module, contestant.params)),
      );
      await members[0]?.call('check', `checked:${contestant.name}`);
      const done = new Map(PROCESSES.map((count) => [count, /** @type {any[]} */ ([])]));
      const bare = new Map(PROCESSES.map((count) => [count, /** @type {number[]} */ ([])]));
      for (let nth = -WARM_UP; nth < rounds; nth++) {
        for (const count of PROCESSES) {
          const result = await rush(members.slice(0, count), `${contestant.name}:${count}:${nth}`);
          // What is loaded while it warms up counts all the same.
          done.get(count)?.push({ warm: nth >= 0, ...result });
          if (nth >= 0) bare.get(count)?.push(...result.bare);
        }
      }
      return { note: opened[0]?.note, done, bare };
    });
  } catch (error) {
    return { failed: reasonOf(error) };
  }
}

async function rush(members, key) {
  const inAll = (/** @type {any[]} */ ...call) => Promise.all(members.map((member) => member.call(...call)));
  const bare = (await inAll('bare', now() + NOTICE_MS, CALLERS)).flatMap(({ times }) => times);
  const answers = await inAll('rush', key, now() + NOTICE_MS, CALLERS);
  const times = answers.flatMap((answer) => answer.times);
  const sum = (/** @type {string} */ what) => answers.reduce((total, answer) => total + answer[what], 0);
  const ratio = quantile(bare, 0.99) / quantile(times, 0.99);
  return { bare, times, loads: sum('loads'), wrong: sum('wrong'), ratio };
}

/** @returns {import('../kit/table.mjs').Line} */
function lineOf(count, { name, kind }, { failed, note, done }) {
  const line = { case: caseOf(count), contestant: name, kind };
  if (failed !== undefined) return { ...line, failed };
  const rounds = done.get(count);
  const wrong = rounds.reduce((sum, each) => sum + each.wrong, 0);
  if (wrong > 0) return { ...line, failed: `${wrong} callers were given something else` };
  const warm = rounds.filter((each) => each.warm);
  const { p99 } = percentiles(warm.flatMap(({ times }) => times));
  const ratio = spread(warm.map((each) => each.ratio));
  const loads = rounds.map((each) => each.loads);
  const [least, most] = [Math.min(...loads), Math.max(...loads)];
  const promised = { target: `>= ${TARGET}, 1 load`, met: ratio.median >= TARGET && most === 1 && least === 1 };
  return {
    ...line,
    figure: `${inMs(p99)}, ${least === most ? least : `${least} to ${most}`} ${most === 1 ? 'load' : 'loads'}`,
    ratio,
    ...(note === undefined ? {} : { note }),
    ...(kind === 'ours' ? promised : {}),
    rounds: { ratios: warm.map((each) => round(each.ratio)), loads },
  };
}

/** @returns {import('../kit/table.mjs').Line} */
const limitOf = (count, times) => ({
  case: caseOf(count),
  contestant: 'a bare timer of 50 ms',
  kind: 'limit',
  figure: inMs(percentiles(times).p99),
});

const caseOf = (/** @type {number} */ count) => `${count} ${count === 1 ? 'process' : 'processes'}`;
