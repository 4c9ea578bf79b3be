/**
 * One caller: the next operation begins when the last one has answered. What is awaited is what `operation` returns,
 * a promise or not: an `await` round a plain value is the least that an awaited call can cost.
 * @param {(nth: number) => unknown} operation
 */
export function sequential(operation) {
  return async (/** @type {number} */ count) => {
    for (let nth = 0; nth < count; nth++) await operation(nth);
  };
}

/**
 * So many callers at a time, each one as above.
 * @param {(nth: number) => unknown} operation @param {number} callers
 */
export function concurrent(operation, callers) {
  if (callers === 1) return sequential(operation);
  const caller = async (/** @type {number} */ first, /** @type {number} */ count) => {
    for (let nth = first; nth < count; nth += callers) await operation(nth);
  };
  return async (/** @type {number} */ count) => {
    await Promise.all(Array.from({ length: callers }, (_, first) => caller(first, count)));
  };
}
