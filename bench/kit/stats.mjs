export { median, quantile, round, spread } from '../fleet/kit/stats.mjs';

/**
 * How many times the limit's speed each round had. Both were measured in that round, so a busy machine slowed both.
 * @param {readonly number[]} limit Time an operation of the limit, by round. @param {readonly number[]} own
 */
export const ratiosOf = (limit, own) => own.map((time, nth) => /** @type {number} */ (limit[nth]) / time);

/** Something a person can compare. @param {number} ns */
export function inTime(ns) {
  if (ns < 10) return `${ns.toFixed(1)} ns`;
  if (ns < 1_000) return `${ns.toFixed(0)} ns`;
  if (ns < 1e6) return `${(ns / 1e3).toFixed(ns < 1e4 ? 2 : 1)} us`;
  return `${(ns / 1e6).toFixed(ns < 1e7 ? 2 : 1)} ms`;
}
