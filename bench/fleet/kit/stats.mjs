/** @param {readonly number[]} values @param {number} share 0 to 1 */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

/** @param {readonly number[]} values */
export const percentiles = (values) => ({
  p50: round(quantile(values, 0.5)),
  p99: round(quantile(values, 0.99)),
  max: round(quantile(values, 1)),
});

/** Five digits that mean something. @param {number} value */
export const round = (value) => Number(value.toPrecision(5));

/** @param {readonly number[]} ratios One of each round. */
export const spread = (ratios) => ({
  median: round(median(ratios)),
  min: round(quantile(ratios, 0)),
  max: round(quantile(ratios, 1)),
});

/** @param {number} ms */
export const inMs = (ms) => `${ms.toFixed(ms < 10 ? 2 : 1)} ms`;

/** @template T @param {readonly T[]} list @param {number} size @returns {T[][]} */
export function slices(list, size) {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, nth) => list.slice(nth * size, (nth + 1) * size));
}
