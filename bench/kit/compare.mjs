import { median, ratiosOf, round, spread } from './stats.mjs';
import { Worker } from './workers.mjs';

/**
 * @typedef {{ name: string, kind: 'limit' | 'ours' | 'peer', module: string, params?: object, target?: number }} Contestant
 *   `module` is relative to `bench/`; `target` is the least ratio to the limit that is promised.
 * @typedef {{ contestant: Contestant, worker: Worker, note?: string, failed?: string, ns: number[] }} Entrant
 * @typedef {(contestant: string, batch: () => Promise<number>) => Promise<number>} Around
 * @typedef {{ rounds: number, sets: number, batchMs: number, warmMs: number }} Pace
 */

/** A look, not a figure to be quoted. */
export const QUICK = Object.freeze({ rounds: 7, sets: 1, batchMs: 15, warmMs: 120 });
/** Several sets of processes, since the compiler's luck differs from one process to the next. */
export const FULL = Object.freeze({ rounds: 8, sets: 3, batchMs: 40, warmMs: 500 });

/**
 * One case: the limit, ours and the peers, a process each, all alive; in each round each runs one batch in turn.
 * @param {{ row: string, case: string, limit: Contestant, others: readonly Contestant[], params: object, pace: Pace,
 *   say: (text: string) => void, around?: Around }} options `around` runs each batch, and may look at something before
 *   and after.
 * @returns {Promise<import('./table.mjs').Line[]>}
 */
export async function compare(options) {
  const { limit, others, pace, around = (_, batch) => batch() } = options;
  /** @type {Map<string, Entrant>} */
  const found = new Map();
  for (let set = 0; set < pace.sets; set++) {
    const entrants = await enter([limit, ...others], options);
    try {
      await runRounds(entrants, pace, around);
    } finally {
      await Promise.all(entrants.map(({ worker }) => worker.end()));
    }
    for (const entrant of entrants) keep(found, entrant);
  }
  const reference = found.get(limit.name);
  if (reference === undefined || reference.failed !== undefined) {
    throw new Error(`The limit of ${options.row} (${options.case}) failed: ${reference?.failed ?? 'it took no part'}`);
  }
  return [...found.values()].map((entrant) => lineOf(options.case, entrant, reference));
}

/** Opens, checks and warms up everybody; who takes no part is left out. @returns {Promise<Entrant[]>} */
async function enter(contestants, { row, params, pace, say }) {
  const opened = await Promise.all(contestants.map((contestant) => open(contestant, row, params)));
  const entrants = opened.filter((entrant) => entrant !== undefined);
  for (const entrant of entrants) {
    if (entrant.failed === undefined) await attempt(entrant, () => entrant.worker.call('calibrate', pace));
    if (entrant.failed !== undefined) say(`  ${entrant.contestant.name} fails: ${entrant.failed}`);
  }
  return entrants;
}

/** @returns {Promise<Entrant | undefined>} */
async function open(contestant, row, params) {
  const worker = new Worker();
  /** @type {Entrant} */
  const entrant = { contestant, worker, ns: [] };
  const all = { ...params, ...contestant.params };
  const answer = await attempt(entrant, () => worker.open(contestant.module, row, all));
  if (answer?.absent !== undefined) {
    await worker.end();
    return undefined;
  }
  if (answer?.note !== undefined) entrant.note = answer.note;
  if (entrant.failed === undefined) await attempt(entrant, () => worker.call('check'));
  return entrant;
}

async function runRounds(entrants, { rounds }, around) {
  for (let nth = 0; nth < rounds; nth++) {
    for (const entrant of entrants) {
      if (entrant.failed !== undefined) continue;
      const ns = await attempt(entrant, () => around(entrant.contestant.name, () => entrant.worker.call('batch')));
      if (ns !== undefined) entrant.ns.push(ns);
    }
  }
  // What was right before a million calls has to be right after them.
  for (const entrant of entrants) {
    if (entrant.failed === undefined) await attempt(entrant, () => entrant.worker.call('check'));
  }
}

/** A contestant that fails is shown with its failure. */
async function attempt(entrant, step) {
  try {
    return await step();
  } catch (error) {
    entrant.failed = firstLine(error);
    return undefined;
  }
}

/** What it says, without where: the line that names the error, else the first one. @param {unknown} error */
function firstLine(error) {
  const lines = (error instanceof Error ? error.message : String(error)).split('\n').map((line) => line.trim());
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.find((line) => line !== '') ?? 'unknown';
}

function keep(found, entrant) {
  const before = found.get(entrant.contestant.name);
  if (before === undefined) found.set(entrant.contestant.name, entrant);
  else {
    before.ns.push(...entrant.ns);
    before.failed ??= entrant.failed;
  }
}

/** @returns {import('./table.mjs').Line} */
function lineOf(name, { contestant, note, failed, ns }, reference) {
  const line = {
    case: name,
    contestant: contestant.name,
    kind: contestant.kind,
    ...(note === undefined ? {} : { note }),
  };
  if (failed !== undefined) return { ...line, failed };
  const ratio = spread(ratiosOf(reference.ns, ns));
  const rounds = { ns: ns.map(round), ratios: ratiosOf(reference.ns, ns).map(round) };
  const { target } = contestant;
  const promised = target === undefined ? {} : { target: `>= ${target}`, met: ratio.median >= target };
  return { ...line, ns: round(median(ns)), ratio, rounds, ...promised };
}
