import type { Random } from '../contracts/clock.js';
import type { EntryTimes } from '../contracts/entry.js';

/**
 * Whether a fresh entry shall be renewed already: the nearer its end, the dearer its load and the larger `beta`, the
 * likelier. `beta` 0: never. XFetch, from Vattani et al., "Optimal Probabilistic Cache Stampede Prevention", VLDB 2015.
 */
export function isDueEarly(entry: EntryTimes, beta: number, now: number, random: Random): boolean {
  // 1 - next() is in (0, 1], where the logarithm is finite.
  return beta > 0 && now - entry.loadTime * beta * Math.log(1 - random.next()) >= entry.staleAt;
}
