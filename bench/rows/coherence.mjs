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
 *   rounds: Round[] }} Entrant
 * @typedef {{ own: Trial[], bare: Trial[] }} Round In the same processes, by turns.
 */

/** One process changes what another one has in its own tier: how long the other one still serves the old value. */
export const row = {
  name: 'coherence',
  title: 'how long another process still serves what was changed: p50 and p99',
  redis: true,
  /** @param {{ quick: boolean, say: (text: string) => void, server: { port: number } }} given */
  async run({ quick, say, server }) {
    const [rounds, trials] = quick ? [5, 30] : [10, 120];
    /** @type {Entrant[]} */
    const entrants = [];
    try {
      const peers = peersOf('fleet').filter(({ name }) => WITH_TWO_TIERS.includes(name));
      const all = [...OURS, ...peers];
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
    const { name, module: file, params } = contestant;
    const [opened] = await Promise.all(pair.map((one) => one.call('open', name, file, params)));
    return { ...entrant, note: opened.note };
  } catch (error) {
    return { ...entrant, failed: reasonOf(error) };
  }
}

/**
 * So many trials, and as many of the bare push in turn with them, as far as they tell something.
 * @param {Entrant} entrant @param {number} nthRound @param {number} count @returns {Promise<Round>}
 */
async function attempts(entrant, nthRound, count) {
  /** @type {Round} */
  const found = { own: [], bare: [] };
  while (entrant.failed === undefined && !entrant.endless && found.own.length < count) {
    const key = `key:${entrant.contestant.name}:${nthRound}:${found.own.length}`;
    try {
      found.bare.push(await attempt(entrant, 'bare', key));
      found.own.push(await attempt(entrant, 'own', key));
    } catch (error) {
      entrant.failed = reasonOf(error);
    }
    entrant.endless = isConvincing(found.own);
  }
  return found;
}

/** @param {Entrant} entrant @param {'own' | 'bare'} who @param {string} key @returns {Promise<Trial>} */
async function attempt({ pair: [writer, reader] }, who, key) {
  await reader?.call('hold', who, key);
  const [written, seen] = await Promise.all([
    writer?.call('write', who, key, Math.random() * MOST_DELAY_MS),
    reader?.call('gone', who, key),
  ]);
  return { ...written, ...seen };
}

/** @param {readonly Trial[]} trials */
const isConvincing = (trials) => trials.length === CONVINCED && trials.every(({ timedOut }) => timedOut);

/** @param {readonly Entrant[]} entrants @returns {import('../kit/table.mjs').Line[]} */
function linesOf(entrants) {
  const bare = entrants.flatMap(({ rounds }) => rounds.flatMap((one) => one.bare));
  // Where the message itself is there before its sender hears so, a time after the acknowledgement compares nothing.
  const early = bare.filter(({ gone, acked }) => gone <= acked).length;
  const from = early > bare.length / 2 ? 'sent' : 'acked';
  const name = `since it was ${from === 'sent' ? 'sent' : 'acknowledged'}`;
  const limit = {
    case: name,
    contestant: 'a bare push',
    kind: /** @type {const} */ ('limit'),
    ...figuresOf(bare, from),
  };
  return [limit, ...entrants.map((entrant) => ({ case: name, ...lineOf(from, entrant) }))];
}

/** @param {'sent' | 'acked'} from @param {Entrant} entrant */
function lineOf(from, { contestant, note, failed, endless, rounds }) {
  const line = { contestant: contestant.name, kind: contestant.kind, ...(note === undefined ? {} : { note }) };
  if (failed !== undefined) return { ...line, failed };
  if (endless) return { ...line, figure: `until the ttl: ${CONVINCED} of ${CONVINCED} after 1 s` };
  const trials = rounds.flatMap(({ own }) => own);
  const wrong = trials.filter((trial) => trial.wrong).length;
  if (wrong > 0) return { ...line, failed: `${wrong} of ${trials.length} times neither the old value nor the new one` };
  const ratios = rounds.map((one) => ratioOf(one, from));
  // Of a round p99 is one trial or two: the whole run decides, the rounds tell how sure that is.
  const whole = { own: trials, bare: rounds.flatMap(({ bare }) => bare) };
  const ratio = { ...spread(ratios), median: round(ratioOf(whole, from)) };
  const figures = figuresOf(trials, from);
  const met = ratio.median >= TARGET && figures.details.late === 0;
  return {
    ...line,
    ...figures,
    ratio,
    ...(contestant.kind === 'ours' ? { target: `>= ${TARGET}, never after 1 s`, met } : {}),
    rounds: { ratios: ratios.map(round) },
  };
}

/** @param {readonly Trial[]} trials @param {'sent' | 'acked'} from */
function figuresOf(trials, from) {
  const { p50, p99 } = percentiles(timesOf(trials, from));
  const late = trials.filter(({ gone, acked, timedOut }) => timedOut || gone - acked > NEVER_AFTER_MS).length;
  return {
    figure: `${inMs(p50)}, ${inMs(p99)}${late > 0 ? `, ${late} of ${trials.length} after 1 s` : ''}`,
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

/** @param {Round} round @param {'sent' | 'acked'} from */
const ratioOf = ({ own, bare }, from) => quantile(timesOf(bare, from), 0.99) / quantile(timesOf(own, from), 0.99);
