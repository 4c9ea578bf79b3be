/** What the chart shows, as far as it is recorded. `of` is the beginning of the case's name. */
const CHOSEN = [
  { row: 'memory-get', of: '1 caller, one key', title: 'get from memory' },
  { row: 'decorated', of: 'find', title: 'hit of a decorated method' },
  { row: 'get-or-set', of: 'hit', title: 'getOrSet, a hit' },
  { row: 'two-tier-hit', of: '1 caller', title: 'get from L1, over Redis' },
  { row: 'redis-get', of: '64 callers', title: 'get from Redis, 64 callers' },
  { row: 'http', of: 'fastify', title: 'HTTP interceptor, Fastify' },
];
const MOST_PEERS = 6;

/**
 * One panel of bars. `ratio` is how many times the limit's speed.
 * @typedef {{ name: string, kind: 'ours' | 'peer', ratio: number }} Bar
 * @typedef {{ title: string, limit: string, bars: Bar[] }} Panel
 */

/** @param {Record<string, { lines: readonly import('../kit/table.mjs').Line[] }>} rows @returns {Panel[]} */
export function panelsOf(rows) {
  return CHOSEN.flatMap(({ row, of, title }) => {
    const lines = rows[row]?.lines ?? [];
    const name = lines.find((line) => line.case.toLowerCase().startsWith(of))?.case;
    const own = lines.filter((line) => line.case === name);
    const limit = own.find((line) => line.kind === 'limit');
    if (limit === undefined) return [];
    const ours = own.flatMap((line) => (line.kind === 'ours' ? barOf(line) : []));
    const peers = bestOfEach(own.flatMap((line) => (line.kind === 'peer' ? barOf(line) : [])));
    return [{ title, limit: limit.contestant, bars: [...ours.toSorted(faster), ...peers.slice(0, MOST_PEERS)] }];
  });
}

/** @param {import('../kit/table.mjs').Line} line @returns {Bar[]} */
const barOf = ({ contestant, kind, ratio }) =>
  ratio === undefined || kind === 'limit' ? [] : [{ name: contestant, kind, ratio: ratio.median }];

/** @param {Bar} one @param {Bar} other */
const faster = (one, other) => other.ratio - one.ratio;

/** A library is shown once, by its fastest setting. @param {readonly Bar[]} bars */
function bestOfEach(bars) {
  const seen = new Set();
  return bars.toSorted(faster).filter(({ name }) => {
    const library = name.split(',')[0];
    if (seen.has(library)) return false;
    seen.add(library);
    return true;
  });
}
