/** A measured number, with what it says in plain words. */
export interface Figure {
  readonly name: string;
  readonly value: number | string | boolean | null;
  readonly unit?: string;
  readonly meaning: string;
}

export const figure = (name: string, value: Figure['value'], meaning: string, unit?: string): Figure =>
  unit === undefined ? { name, value, meaning } : { name, value, unit, meaning };

/** Digits that a reader can use. */
export function round(value: number, digits = 2): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}
