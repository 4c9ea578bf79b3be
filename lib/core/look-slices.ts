/**
 * How many looks travel as one at the most: the answer comes as a whole, and a thousand large values would make the first
 * wait for the last.
 */
const MOST = 64;
/** Fewer are not worth a command of their own. */
const LEAST = 16;
/**
 * How many questions are better on their way than one: while the answer to the first is read, the server is at the second, and
 * neither falls asleep. Waking up costs as much as twenty keys.
 */
const UNDER_WAY = 3;

/** The looks of one turn in slices, each to be sent as one. */
export function lookSlices<T>(looks: readonly T[]): (readonly T[])[] {
  const size = Math.max(LEAST, Math.min(MOST, Math.ceil(looks.length / UNDER_WAY)));
  if (looks.length <= size) return [looks];
  return Array.from({ length: Math.ceil(looks.length / size) }, (_, nth) => looks.slice(nth * size, (nth + 1) * size));
}
