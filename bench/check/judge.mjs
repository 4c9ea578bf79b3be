/** What a busy machine does to a ratio that has not changed. */
const LEAST_BAND = 0.15;
/** A recording that swung by more would let everything pass. */
const GREATEST_BAND = 0.35;
/** Compilers differ by a little from one process to the next: 5 %, or one small object. */
const MORE_BYTES = 0.05;
const SMALL_OBJECT = 32;

/**
 * Eight of ten rounds lie between `low` and `high`.
 * @typedef {{ median: number, low: number, high: number }} Summary
 *
 * A hot path: how many times the limit's speed it has, and the bytes of the heap that one operation takes.
 * @typedef {{ ratio: Summary, bytes: Summary }} Measured
 * @typedef {{ id: string, what: 'speed' | 'bytes', recorded: number, found: number, bound: number, failed: boolean }} Verdict
 */

/** The least ratio that is still no regression. @param {Summary} recorded */
export function leastRatio({ median, low }) {
  const band = Math.min(GREATEST_BAND, Math.max(LEAST_BAND, 1 - low / median));
  return median * (1 - band);
}

/** The most bytes that are still no regression. @param {Summary} recorded */
export const mostBytes = ({ median, high }) => Math.max(high, median) + Math.max(SMALL_OBJECT, median * MORE_BYTES);

/**
 * What a fresh run says of a recorded one. A faster one, or one that takes less, is no failure.
 * @param {string} id @param {Measured} recorded @param {Measured} found @returns {Verdict[]}
 */
export function judge(id, recorded, found) {
  const least = leastRatio(recorded.ratio);
  const most = mostBytes(recorded.bytes);
  const speed = {
    id,
    what: /** @type {const} */ ('speed'),
    recorded: recorded.ratio.median,
    found: found.ratio.median,
  };
  const bytes = {
    id,
    what: /** @type {const} */ ('bytes'),
    recorded: recorded.bytes.median,
    found: found.bytes.median,
  };
  return [
    { ...speed, bound: least, failed: !(speed.found >= least) },
    { ...bytes, bound: most, failed: !(bytes.found <= most) },
  ];
}

/**
 * All that was recorded against all that was found. What was recorded and is not found any more is a failure too: a path
 * that nobody measures may be as slow as it likes.
 * @param {Record<string, Measured>} recorded @param {Record<string, Measured>} found
 */
export function judgeAll(recorded, found) {
  const verdicts = Object.entries(found).flatMap(([id, one]) => {
    const before = recorded[id];
    return before === undefined ? [] : judge(id, before, one);
  });
  return {
    verdicts,
    failed: [...new Set(verdicts.filter((one) => one.failed).map((one) => one.id))],
    gone: Object.keys(recorded).filter((id) => found[id] === undefined),
    unrecorded: Object.keys(found).filter((id) => recorded[id] === undefined),
  };
}

/** As a line says it. @param {Verdict} verdict */
export function sentenceOf({ id, what, recorded, found, bound, failed }) {
  const mark = failed ? 'REGRESSION' : 'ok';
  if (what === 'speed') {
    return `${mark}  ${id}: ${found.toFixed(3)} times the limit's speed, recorded ${recorded.toFixed(3)}, bound ${bound.toFixed(3)}`;
  }
  return `${mark}  ${id}: ${found.toFixed(0)} bytes an operation, recorded ${recorded.toFixed(0)}, bound ${bound.toFixed(0)}`;
}
