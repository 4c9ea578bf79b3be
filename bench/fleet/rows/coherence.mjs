import { MODES } from '../kit/caches.mjs';
import { inMs, percentiles, quantile, slices, spread } from '../kit/stats.mjs';
import { withWorkers } from '../kit/workers.mjs';

const TARGET = 1.7;
const NEVER_AFTER_MS = 1_000;
const CONTESTANTS = ['bare', ...MODES];

/** How long one process still sees what another has changed, against a bare message from one to the other. */
export async function run({ server, quick, say }) {
  const trials = quick ? 500 : 5_000;
  const size = trials / (quick ? 5 : 10);
  return withWorkers({ jobs: 'coherence', count: 2, port: server.port }, async ([writer, reader]) => {
    await Promise.all([writer.call('ready'), reader.call('ready')]);
    say(`coherence: ${await server.trackers()} connections have the server track what they read`);
    /** @type {Record<string, any[]>} */
    const found = Object.fromEntries(CONTESTANTS.map((mode) => [mode, []]));
    for (const part of slices(Array.from({ length: trials }, (_, nth) => nth), size)) {
      for (const mode of MODES) await writer.call('put', mode, part.map(keyOf));
      for (const nth of part) for (const mode of CONTESTANTS) found[mode].push(await trial(writer, reader, mode, nth));
      say(`coherence: ${found.bare.length} of ${trials} trials`);
    }
    const errors = (await writer.call('errors')) + (await reader.call('errors'));
    // Where the message itself is there before its sender hears so, a time after the acknowledgement compares nothing.
    const early = found.bare.filter(({ gone, acked }) => gone <= acked).length;
    const from = early > trials / 2 ? 'sent' : 'acked';
    say(`coherence: the bare push came before its acknowledgement in ${early} of ${trials}: measured from ${from}`);
    return MODES.flatMap((mode) => ['set', 'delete'].map((operation) => line(found, mode, operation, { from, size, errors })));
  });
}

const keyOf = (/** @type {number} */ nth) => `k:${nth}`;
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

function line(found, mode, operation, { from, size, errors }) {
  const mine = found[mode].filter((each) => each.operation === operation);
  // Every trial has a bare push right before it.
  const bare = found.bare.filter((each) => each.operation === operation);
  const times = (/** @type {any[]} */ of, since = from) => of.map((each) => Math.max(0, each.gone - each[since]));
  const [ours, limit] = [percentiles(times(mine)), percentiles(times(bare))];
  const afterAck = mine.map((each) => each.gone - each.acked);
  const late = mine.filter((each, nth) => each.timedOut || afterAck[nth] > NEVER_AFTER_MS).length;
  const wrong = mine.filter((each) => each.wrong).length;
  const rounds = slices(mine, size / 2).map((part, nth) => {
    const beside = bare.slice((nth * size) / 2, ((nth + 1) * size) / 2);
    return quantile(times(part), 0.99) / quantile(times(beside), 0.99);
  });
  const overall = ours.p99 / limit.p99;
  const ratio = spread(rounds);
  return {
    what: `${operation}, ${mode}: p99 since ${from}`,
    limit: `bare push p50 ${inMs(limit.p50)}, p99 ${inMs(limit.p99)}`,
    ours: `p50 ${inMs(ours.p50)}, p99 ${inMs(ours.p99)}; ${late} after 1 s, ${wrong} wrong`,
    ratio,
    target: `<= ${TARGET}, never after 1 s`,
    met: ratio.median <= TARGET && late === 0 && wrong === 0,
    details: {
      trials: mine.length,
      measuredFrom: from,
      ratioOfWholeRun: overall,
      ratioOfMedians: ours.p50 / limit.p50,
      rounds,
      ours,
      limit,
      sinceAck: { ours: percentiles(times(mine, 'acked')), limit: percentiles(times(bare, 'acked')) },
      goneBeforeAck: afterAck.filter((time) => time <= 0).length,
      lastSeenAfterAck: percentiles(mine.map((each) => Math.max(0, each.lastSeen - each.acked))),
      acknowledgedIn: percentiles(mine.map((each) => each.acked - each.sent)),
      late,
      wrong,
      errors,
    },
  };
}
