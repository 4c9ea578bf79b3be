/** Numbers below are kept as they are; a larger one by its first nine binary digits. */
const EXACT = 512;
/** All codes are below. */
export const TIME_CODES = 2 ** 14;
/** Some thirty years. */
const LONGEST = 511 * 2 ** 31;

/**
 * A duration in fourteen bits: whole milliseconds, rounded up, and from 512 ms on by less than half a percent. Nine bits are its
 * first digits and five tell how often they are doubled.
 */
export function codeOfTime(ms: number): number {
  let digits = Math.ceil(Math.min(ms, LONGEST));
  let doublings = 0;
  while (digits >= EXACT) {
    digits = Math.ceil(digits / 2);
    doublings++;
  }
  return doublings * EXACT + digits;
}

/** In milliseconds. */
export function timeOfCode(code: number): number {
  return (code % EXACT) * 2 ** Math.floor(code / EXACT);
}
