/**
 * The own enumerable fields of an object, in an object of ours. Spread reads every getter once and keeps the hidden
 * class, which makes later copies cheap. When a getter throws, `blame` is told which, and is expected to throw.
 */
export function readFields(value: object, blame: (key: string) => void): Record<string, unknown> {
  try {
    return { ...value };
  } catch (error) {
    for (const key of Object.keys(value)) {
      try {
        Reflect.get(value, key);
      } catch {
        blame(key);
      }
    }
    throw error;
  }
}

/** A named property on an array, as in `Object.assign(rows, { total })`. Own keys list the indices first. */
export function namedItem(items: readonly unknown[]): string | undefined {
  const last = Object.keys(items).at(-1);
  return last === undefined || String(Number(last) >>> 0) === last ? undefined : last;
}
