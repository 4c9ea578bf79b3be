/** Three digits and a unit: `0.41 us`, `12.3 ms`, `1.20 s`. */
export function timeText(ms: number): string {
  if (ms === 0) return '0';
  if (ms < 0.9995) return `${threeDigits(ms * 1_000)} us`;
  return ms < 999.5 ? `${threeDigits(ms)} ms` : `${threeDigits(ms / 1_000)} s`;
}

/** With commas between thousands; below 100 with a digit more. */
export function countText(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: count < 100 ? 1 : 0 });
}

/** Of a share of 0 to 1. */
export function percentText(share: number): string {
  return `${Math.round(share * 100)} %`;
}

export function bytesText(bytes: number): string {
  if (bytes < 10_000) return `${countText(bytes)} B`;
  return bytes < 2 ** 20 ? `${threeDigits(bytes / 2 ** 10)} KiB` : `${threeDigits(bytes / 2 ** 20)} MiB`;
}

export function callersText(callers: number): string {
  return `${countText(callers)} ${callers === 1 ? 'caller' : 'callers'}`;
}

function threeDigits(value: number): string {
  const digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return value.toFixed(digits);
}
