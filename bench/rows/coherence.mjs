import { inMs, percentiles, quantile, round, slices, spread } from '../fleet/kit/stats.mjs';
import { MemberProcess, reasonOf } from '../kit/members.mjs';
import { peersOf } from '../kit/peers.mjs';

const NEVER_AFTER_MS = 1_000;
/** p99 may be 1.7 times that of the bare push. */
const TARGET = 0.59;
/** The others have no tier in the process: what they do not keep cannot be old. */
const WITH_TWO_TIERS = ['bentocache', 'cache-manager', 'cacheable', 'layered-loader'];
/** Who has kept the old value for longer than a second so often has nobody to tell him. */
const CONVINCED = 3;
const SLICES = 5;
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
 * @typedef {{ contestant: any, pair: MemberProcess[], note?: string, failed?: string, trials: Trial[] }} Entrant
 */

/** One process changes what another one has in its own tier: how long the other one still serves the old value. */
export const row = {
  name: 'coherence',
  title: 'how long another process still serves what was changed: p50 and p99',
  redis: true,
  /** @param {{ quick: boolean, say: (text: string) => void, server: { port: number } }} given */
  async run({ quick, say, server }) {
    const trials = quick ? 150 : 1_500;
    /** @type {Entrant[]} */
    const entrants = [];
    try {
      const peers = peersOf('fleet').filter(({ name }) => WITH_TWO_TIERS.includes(name));
      const all = [LIMIT, ...OURS, ...peers];
      for (const contestant of all) entrants.push(await enter(contestant, server.port));
      for (let nth = 0; nth < trials; nth++) {
        // Nobody always comes first.
        const first = nth % entrants.length;
        for (const entrant of [...entrants.slice(first), ...entrants.slice(0, first)]) await attempt(entrant, nth);
        if ((nth + 1) % (trials / SLICES) === 0) say(`  ${nth + 1} of ${trials} trials`);
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
  const entrant = { contestant, pair, trials: [] };
  try {
    const [opened] = await Promise.all(pair.map((one) => one.call('open', contestant.module, contestant.params)));
    return { ...entrant, note: opened.note };
  } catch (error) {
    return { ...entrant, failed: reasonOf(error) };
  }
}

/** @param {Entrant} entrant @param {number} nth */
async function attempt(entrant, nth) {
  const { pair, trials } = entrant;
  if (entrant.failed !== undefined || isConvincing(trials)) return;
  const [writer, reader] = pair;
  const key = `key:${entrant.contestant.name}:${nth}`;
  try {
    await reader?.call('hold', key);
    const [written, seen] = await Promise.all([
      writer?.call('write', key, Math.random() * MOST_DELAY_MS),
      reader?.call('gone', key),
    ]);
    trials.push({ ...written, ...seen });
  } catch (error) {
    entrant.failed = reasonOf(error);
  }
}

/** @param {readonly Trial[]} trials */
const isConvincing = (trials) => trials.length === CONVINCED && trials.every(({ timedOut }) => timedOut);

/** @param {readonly Entrant[]} entrants @returns {import('../kit/table.mjs').Line[]} */
function linesOf(entrants) {
  const bare = entrants.find(({ contestant }) => contestant === LIMIT)?.trials ?? [];
  // Where the message itself is there before its sender hears so, a time after the acknowledgement compares nothing.
  const early = bare.filter(({ gone, acked }) => gone <= acked).length;
  const from = early > bare.length / 2 ? 'sent' : 'acked';
  const name = `since it was ${from === 'sent' ? 'sent' : 'acknowledged'}`;
  return entrants.map((entrant) => lineOf(name, from, entrant, bare));
}

/** @param {string} name @param {'sent' | 'acked'} from @param {Entrant} entrant @param {readonly Trial[]} bare */
function lineOf(name, from, { contestant, note, failed, trials }, bare) {
  const line = {
    case: name,
    contestant: contestant.name,
    kind: contestant.kind,
    ...(note === undefined ? {} : { note }),
  };
  if (failed !== undefined) return { ...line, failed };
  if (isConvincing(trials)) return { ...line, figure: `until the ttl: ${CONVINCED} of ${CONVINCED} after 1 s` };
  const wrong = trials.filter((trial) => trial.wrong).length;
  if (wrong > 0) return { ...line, failed: `${wrong} of ${trials.length} times neither the old value nor the new one` };
  const timesOf = (/** @type {readonly Trial[]} */ of, since = from) =>
    of.map((trial) => Math.max(0, trial.gone - trial[since]));
  const { p50, p99 } = percentiles(timesOf(trials));
  const late = trials.filter(({ gone, acked, timedOut }) => timedOut || gone - acked > NEVER_AFTER_MS).length;
  const ratioOf = (/** @type {readonly Trial[]} */ own, /** @type {readonly Trial[]} */ limit) =>
    quantile(timesOf(limit), 0.99) / quantile(timesOf(own), 0.99);
  const size = Math.max(1, Math.floor(trials.length / SLICES));
  const ratios = slices(trials, size).map((part, nth) => ratioOf(part, bare.slice(nth * size, (nth + 1) * size)));
  // Of a slice p99 is one trial or two: the whole run decides, the slices tell how sure that is.
  const ratio = { ...spread(ratios), median: round(ratioOf(trials, bare)) };
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
