/** Below it, a thousand times as many cost less than four times as much: what caches of the processor explain. */
const FLAT = 0.2;
const LINEAR = 0.7;

/**
 * How a cost grows with a size. What is not flat from the smallest to the largest is named after its last step: a small size
 * costs mostly what every call costs. The exponent of 0: it does not grow; of 1: twice as many cost twice as much.
 * @param {readonly number[]} sizes @param {readonly (number | undefined)[]} costs
 */
export function growthOf(sizes, costs) {
  const known = sizes.flatMap((size, nth) => {
    const cost = costs[nth];
    return cost === undefined ? [] : [{ size, cost }];
  });
  const [first] = known;
  const [before, last] = known.slice(-2);
  if (first === undefined || before === undefined || last === undefined) return { ratio: NaN, word: '' };
  const ratio = last.cost / first.cost;
  if (exponentOf(first, last) < FLAT) return { ratio, word: 'flat' };
  return { ratio, word: exponentOf(before, last) < LINEAR ? 'grows slowly' : 'grows with it' };
}

/** @typedef {{ size: number, cost: number }} Measured @param {Measured} from @param {Measured} to */
const exponentOf = (from, to) => Math.log(to.cost / from.cost) / Math.log(to.size / from.size);
