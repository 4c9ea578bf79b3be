import { BadRequestException } from '@nestjs/common';

export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A text with something in it. */
export const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

/**
 * @param form what is expected: `{"text": "..."}`
 * @throws {BadRequestException} it is no JSON object
 */
export function readFields(bytes: Uint8Array, form: string): Fields {
  try {
    const body: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isFields(body)) return body;
  } catch {
    // Said below; the parser's own words would repeat the text.
  }
  throw new BadRequestException(`The body must be a JSON object: ${form}.`);
}

/** A fault for each member that nobody reads. @param path what stands before their names: `options.` */
export function unknownMembers(fields: Fields, known: readonly string[], path = ''): string[] {
  const others = Object.keys(fields).filter((name) => !known.includes(name));
  return others.map((name) => `There is no '${path}${name.slice(0, 40)}'; known are ${known.join(', ')}.`);
}
