import { inMs, percentiles, quantile, round, spread } from '../fleet/kit/stats.mjs';
import { MemberProcess, reasonOf } from '../kit/members.mjs';
import { peersOf } from '../kit/peers.mjs';

const NEVER_AFTER_MS = 1_000;
/** p99 may be 1.7 times that of the bare push. */
const TARGET = 0.59;
/** The others have no tier in the process: what they do not keep cannot be old. */
const WITH_TWO_TIERS = ['bentocache', 'cache-manager', 'cacheable', 'layered-loader'];
/** Who has kept the old value for longer than a second so often has nobody to tell him. */
const CONVINCED = 3;
const MOST_DELAY_MS = 2;

const module = 'contestants/nestjs-cached/fleet.mjs';
const LIMIT = { name: 'a bare push', kind: /** @type {const} */ ('limit'), module: 'bare' };
/** A busy machine may stall a process for longer than the default of 100 ms; this row is not about outages. */
const OURS = /** @type {const} */ (['tracking', 'pubsub']).map((coherence) => ({
  name: `nestjs-cached, ${coherence}`,
  kind: /** @type {const} */ ('ours'),
  module,
  params: { coherence, commandTimeout: '3s' },
}));

/**
 * @typedef {{ sent: number, acked: number, gone: number, timedOut: boolean, wrong: boolean }} Trial
 * @typedef {{ contestant: any, pair: MemberProcess[], note?: string, failed?: string, endless: boolean,
 *   rounds: Trial[][] }} Entrant
 */

/** One process changes what another one has in its own tier: how long the other one still serves the old value. */
export const row = {
  name: 'coherence',
  title: 'how long another process still serves what was changed: p50 and p99',
  redis: true,
  /** @param {{ quick: boolean, say: (text: string) => void, server: { port: number } }} given */
  async run({ quick, say, server }) {
    const [rounds, trials] = quick ? [5, 40] : [10, 150];
    /** @type {Entrant[]} */
    const entrants = [];
    try {
      const peers = peersOf('fleet').filter(({ name }) => WITH_TWO_TIERS.includes(name));
      const all = [LIMIT, ...OURS, ...peers];
      for (const contestant of all) entrants.push(await enter(contestant, server.port));
      for (let nth = 0; nth <= rounds; nth++) {
        // The first round warms up. Nobody always comes first.
        const first = nth % entrants.length;
        for (const entrant of [...entrants.slice(first), ...entrants.slice(0, first)]) {
          const found = await attempts(entrant, nth, trials);
          if (nth > 0) entrant.rounds.push(found);
        }
        say(`  ${nth} of ${rounds} rounds`);
      }
    } finally {
      await Promise.all(entrants.flatMap(({ pair }) => pair.map((member) => member.end())));
    }
    return linesOf(entrants);
  },
};

/** @returns {Promise<Entrant>} */
async function enter(contestant, port) {
  const pair = [new MemberProcess('coherence', port), new MemberProcess('coherence', port)];
  const entrant = { contestant, pair, endless: false, rounds: [] };
  try {
    const [opened] = await Promise.all(pair.map((one) => one.call('open', contestant.module, contestant.params)));
    return { ...entrant, note: opened.note };
  } catch (error) {
    return { ...entrant, failed: reasonOf(error) };
  }
}

/**
 * So many trials one after the other, as far as they tell something.
 * @param {Entrant} entrant @param {number} nthRound @param {number} count
 */
async function attempts(entrant, nthRound, count) {
  /** @type {Trial[]} */
  const trials = [];
  while (entrant.failed === undefined && !entrant.endless && trials.length < count) {
    try {
      trials.push(await attempt(entrant, `key:${entrant.contestant.name}:${nthRound}:${trials.length}`));
    } catch (error) {
      entrant.failed = reasonOf(error);
    }
    entrant.endless = isConvincing(trials);
  }
  return trials;
}

/** @param {Entrant} entrant @param {string} key @returns {Promise<Trial>} */
async function attempt({ pair: [writer, reader] }, key) {
  await reader?.call('hold', key);
  const [written, seen] = await Promise.all([
    writer?.call('write', key, Math.random() * MOST_DELAY_MS),
    reader?.call('gone', key),
  ]);
  return { ...written, ...seen };
}

/** @param {readonly Trial[]} trials */
const isConvincing = (trials) => trials.length === CONVINCED && trials.every(({ timedOut }) => timedOut);

/** @param {readonly Entrant[]} entrants @returns {import('../kit/table.mjs').Line[]} */
function linesOf(entrants) {
  const bare = entrants.find(({ contestant }) => contestant === LIMIT)?.rounds ?? [];
  // Where the message itself is there before its sender hears so, a time after the acknowledgement compares nothing.
  const early = bare.flat().filter(({ gone, acked }) => gone <= acked).length;
  const from = early > bare.flat().length / 2 ? 'sent' : 'acked';
  return entrants.map((entrant) => lineOf(from, entrant, bare));
}

/** @param {'sent' | 'acked'} from @param {Entrant} entrant @param {readonly Trial[][]} bare */
function lineOf(from, { contestant, note, failed, endless, rounds }, bare) {
  const line = {
    case: `since it was ${from === 'sent' ? 'sent' : 'acknowledged'}`,
    contestant: contestant.name,
    kind: contestant.kind,
    ...(note === undefined ? {} : { note }),
  };
  if (failed !== undefined) return { ...line, failed };
  if (endless) return { ...line, figure: `until the ttl: ${CONVINCED} of ${CONVINCED} after 1 s` };
  const trials = rounds.flat();
  const wrong = trials.filter((trial) => trial.wrong).length;
  if (wrong > 0) return { ...line, failed: `${wrong} of ${trials.length} times neither the old value nor the new one` };
  const { p50, p99 } = percentiles(timesOf(trials, from));
  const late = trials.filter(({ gone, acked, timedOut }) => timedOut || gone - acked > NEVER_AFTER_MS).length;
  const ratios = rounds.map((own, nth) => ratioOf(own, bare[nth] ?? [], from));
  // Of a round p99 is one trial or two: the whole run decides, the rounds tell how sure that is.
  const ratio = { ...spread(ratios), median: round(ratioOf(trials, bare.flat(), from)) };
  const promised = { target: `>= ${TARGET}, never after 1 s`, met: ratio.median >= TARGET && late === 0 };
  return {
    ...line,
    figure: `${inMs(p50)}, ${inMs(p99)}${late > 0 ? `, ${late} of ${trials.length} after 1 s` : ''}`,
    ratio,
    ...(contestant.kind === 'ours' ? promised : {}),
    rounds: { ratios: ratios.map(round) },
    details: {
      trials: trials.length,
      late,
      sinceSent: percentiles(timesOf(trials, 'sent')),
      sinceAcked: percentiles(timesOf(trials, 'acked')),
    },
  };
}

/** @param {readonly Trial[]} trials @param {'sent' | 'acked'} from */
const timesOf = (trials, from) => trials.map((trial) => Math.max(0, trial.gone - trial[from]));

/** @param {readonly Trial[]} own @param {readonly Trial[]} bare @param {'sent' | 'acked'} from */
const ratioOf = (own, bare, from) => quantile(timesOf(bare, from), 0.99) / quantile(timesOf(own, from), 0.99);
