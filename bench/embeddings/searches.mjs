import { FlatVectorIndex } from 'nestjs-cached/ai';
import { median, spread } from '../kit/stats.mjs';

const VECTORS = 10_000;
const DIMENSIONS = 1_536;

/**
 * The most similar one of 10,000 vectors of 1,536 dimensions, beside the least that one can do: a loop of dot products.
 * @param {number} rounds @returns {Promise<string[][]>}
 */
export async function searches(rounds) {
  const all = new Float32Array(VECTORS * DIMENSIONS);
  const index = new FlatVectorIndex();
  for (let row = 0; row < VECTORS; row++) {
    const vector = unitVector();
    all.set(vector, row * DIMENSIONS);
    index.add(row, vector);
  }
  const queries = Array.from({ length: 16 }, unitVector);
  const cases = {
    'a bare loop of dot products': (/** @type {Float32Array} */ query) => bare(all, query),
    'FlatVectorIndex, the most similar one': (/** @type {Float32Array} */ query) => index.search(query, 1, -1)[0]?.id,
    'FlatVectorIndex, the ten most similar': (/** @type {Float32Array} */ query) => index.search(query, 10, -1)[0]?.id,
  };
  /** @type {Record<string, number[]>} */
  const times = {};
  for (let round = -5; round < rounds; round++) {
    const query = queries[(round + 5) % queries.length] ?? unitVector();
    const right = bare(all, query);
    for (const [name, search] of Object.entries(cases)) {
      const begun = performance.now();
      const found = search(query);
      const took = performance.now() - begun;
      if (found !== right) throw new Error(`${name}: found ${found}, not ${right}.`);
      if (round >= 0) (times[name] ??= []).push(took);
    }
  }
  const [limit = []] = Object.values(times);
  return Object.entries(times).map(([name, own]) => {
    const line = [`${VECTORS} vectors of ${DIMENSIONS} dimensions searched: ${name}`, `${median(own).toFixed(1)} ms`];
    if (own === limit) return [...line, '1.00', ''];
    const ratio = spread(own.map((time, round) => time / (limit[round] ?? NaN)));
    const asked = `<= 2: ${ratio.median <= 2 ? 'met' : 'NOT met'}`;
    return [...line, `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)}..${ratio.max.toFixed(2)})`, asked];
  });
}

/** @param {Float32Array} all @param {Float32Array} query */
function bare(all, query) {
  let [best, at] = [-Infinity, -1];
  for (let row = 0; row < VECTORS; row++) {
    let sum = 0;
    for (let nth = 0; nth < DIMENSIONS; nth++)
      sum += /** @type {number} */ (all[row * DIMENSIONS + nth]) * /** @type {number} */ (query[nth]);
    if (sum > best) [best, at] = [sum, row];
  }
  return at;
}

function unitVector() {
  const vector = new Float32Array(DIMENSIONS);
  let squares = 0;
  for (let at = 0; at < DIMENSIONS; at++) {
    vector[at] = Math.random() - 0.5;
    squares += (vector[at] ?? 0) ** 2;
  }
  for (let at = 0; at < DIMENSIONS; at++) vector[at] = (vector[at] ?? 0) / Math.sqrt(squares);
  return vector;
}
