/** A length of time: a number of milliseconds, or a string such as `'500ms'`, `'30s'`, `'5m'`, `'2h'`, `'7d'`. */
export type Duration = number | DurationString;

/** Units: `ms` milliseconds, `s` seconds, `m` minutes, `h` hours, `d` days. */
export type DurationString = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;
