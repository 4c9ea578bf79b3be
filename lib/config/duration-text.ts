const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** Milliseconds in the largest unit that divides them: `90000` is `90s`, `3600000` is `1h`. */
export function durationText(ms: number): string {
  if (ms === Infinity) return 'for ever';
  const unit = ms === 0 ? undefined : UNITS.find(([, size]) => ms % size === 0);
  return unit ? `${ms / unit[1]}${unit[0]}` : `${ms}ms`;
}
