import { MODES } from '../kit/caches.mjs';
import { inMs, percentiles, quantile, slices, spread } from '../kit/stats.mjs';
import { withWorkers } from '../kit/workers.mjs';

const TARGET = 1.7;
const NEVER_AFTER_MS = 1_000;
const CONTESTANTS = ['bare', ...MODES];

/** How long one process still sees what another has changed, against a bare message from one to the other. */
export async function run({ server, quick, say }) {
  const trials = quick ? 500 : 5_000;
  const size = trials / (quick ? 2 : 10);
  return withWorkers({ jobs: 'coherence', count: 2, port: server.port }, async ([writer, reader]) => {
    await Promise.all([writer.call('ready'), reader.call('ready')]);
    say(`coherence: ${await server.trackers()} connections have the server track what they read`);
    /** @type {Record<string, any[]>} */
    const found = Object.fromEntries(CONTESTANTS.map((mode) => [mode, []]));
    for (const part of slices(
      Array.from({ length: trials }, (_, nth) => nth),
      size,
    )) {
      for (const mode of MODES) await writer.call('put', mode, part.map(keyOf));
      for (const nth of part) {
        // Nobody always comes first.
        for (const mode of [...CONTESTANTS.slice(nth % 3), ...CONTESTANTS.slice(0, nth % 3)]) {
          found[mode].push(await trial(writer, reader, mode, nth));
        }
      }
      say(`coherence: ${found.bare.length} of ${trials} trials`);
    }
    const errors = (await writer.call('errors')) + (await reader.call('errors'));
    // Where the message itself is there before its sender hears so, a time after the acknowledgement compares nothing.
    const early = found.bare.filter(({ gone, acked }) => gone <= acked).length;
    const from = early > trials / 2 ? 'sent' : 'acked';
    say(`coherence: the bare push came before its acknowledgement in ${early} of ${trials}: measured from ${from}`);
    return MODES.map((mode) => line(found, mode, { from, size, errors }));
  });
}

const keyOf = (/** @type {number} */ nth) => `k:${nth}`;
const OPERATIONS = ['set', 'delete'];
const operationOf = (/** @type {number} */ nth) => (nth % 2 === 0 ? 'set' : 'delete');

async function trial(writer, reader, mode, nth) {
  const key = keyOf(nth);
  const operation = operationOf(nth);
  await reader.call('hold', mode, key);
  const [written, seen] = await Promise.all([
    writer.call('write', mode, operation, key, Math.random() * 2),
    reader.call('gone', mode, operation, key),
  ]);
  return { operation, ...written, ...seen };
}

function line(found, mode, { from, size, errors }) {
  const all = compare(found[mode], found.bare, from);
  const rounds = slices(found[mode], size).map((part, nth) => {
    return compare(part, found.bare.slice(nth * size, (nth + 1) * size), from).ratioOfP99;
  });
  // Of a round p99 is two or three trials: the whole run decides, the rounds tell how sure that is.
  const ratio = { ...spread(rounds), median: all.ratioOfP99 };
  return {
    what: `set and delete, ${mode}: p99 since ${from}`,
    limit: `bare push p50 ${inMs(all.limit.p50)}, p99 ${inMs(all.limit.p99)}`,
    ours: `p50 ${inMs(all.ours.p50)}, p99 ${inMs(all.ours.p99)}; ${all.late} after 1 s, ${all.wrong} wrong`,
    ratio,
    target: `<= ${TARGET}, never after 1 s`,
    met: ratio.median <= TARGET && all.late === 0 && all.wrong === 0,
    details: {
      measuredFrom: from,
      rounds,
      medianOfRounds: spread(rounds).median,
      errors,
      all,
      ...Object.fromEntries(
        OPERATIONS.map((operation) => {
          const ofIt = (/** @type {any[]} */ trials) => trials.filter((each) => each.operation === operation);
          return [operation, compare(ofIt(found[mode]), ofIt(found.bare), from)];
        }),
      ),
    },
  };
}

/** Trials of ours with as many of the bare push, made in turn with them. */
function compare(mine, bare, from) {
  const times = (/** @type {any[]} */ of, since = from) => of.map((each) => Math.max(0, each.gone - each[since]));
  const [ours, limit] = [percentiles(times(mine)), percentiles(times(bare))];
  return {
    trials: mine.length,
    ratioOfP50: ours.p50 / limit.p50,
    ratioOfP99: quantile(times(mine), 0.99) / quantile(times(bare), 0.99),
    ours,
    limit,
    sinceSent: { ours: percentiles(times(mine, 'sent')), limit: percentiles(times(bare, 'sent')) },
    goneBeforeAck: mine.filter((each) => each.gone <= each.acked).length,
    lastSeenAfterAck: percentiles(mine.map((each) => Math.max(0, each.lastSeen - each.acked || 0))),
    acknowledgedIn: percentiles(mine.map((each) => each.acked - each.sent)),
    late: mine.filter((each) => each.timedOut || each.gone - each.acked > NEVER_AFTER_MS).length,
    wrong: mine.filter((each) => each.wrong).length,
  };
}
