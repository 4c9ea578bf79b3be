import { createHash } from 'node:crypto';
import { types } from 'node:util';

/** Why a value is no argument, and where in it the fault lies. */
export class Refused extends Error {
  constructor(
    readonly path: string,
    readonly reason: string,
  ) {
    super(reason);
  }
}

/** A container on the way to a value, and under what it goes on. */
type Step = readonly [key: string | number | undefined, value: object];

/**
 * The canonical text of plain data, of Date and of classes with `toJSON`, written for nothing but to be read: the rules one
 * by one, in the order in which faults are to be found. @throws Refused
 */
export function referenceText(value: unknown, name: string, way: readonly Step[] = []): string {
  const here = name + way.map(([key]) => pathStep(key)).join('');
  if (typeof value === 'function' || typeof value === 'symbol') throw new Refused(here, `is a ${typeof value}`);
  if (typeof value === 'string') return referenceString(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
  if (way.some(([, above]) => above === value)) throw new Refused(here, 'is circular');
  if (way.length === 256) throw new Refused(here, 'is nested more than 256 levels deep');
  let at: string | number | undefined;
  const inside = (key: string | number | undefined, item: () => unknown): string => {
    at = key;
    return referenceText(item(), name, [...way, [key, value]]);
  };
  try {
    const text = containerText(value as Record<string, unknown>, inside);
    at = undefined;
    const symbol = Object.getOwnPropertySymbols(value).find((key) =>
      Object.prototype.propertyIsEnumerable.call(value, key),
    );
    if (symbol !== undefined && !text.startsWith('@')) throw new Refused(here, `has the symbol key ${String(symbol)}`);
    return text;
  } catch (error) {
    if (error instanceof Refused) throw error.path === '' ? new Refused(here, error.reason) : error;
    throw new Refused(here + pathStep(at), `cannot be read (${(error as Error).message})`);
  }
}

function containerText(
  value: Record<string, unknown>,
  inside: (key: string | number | undefined, item: () => unknown) => string,
): string {
  const root = rootOf(value);
  const entries = (): string => {
    const keys = Object.keys(value).sort();
    return `{${keys.map((key) => `${referenceName(key)}:${inside(key, () => value[key])}`).join()}}`;
  };
  if (Array.isArray(value) && root === 2) {
    const { length } = value as unknown[];
    const indices = Array.from({ length }, (_, index) => String(index));
    if (String(Object.keys(value)) !== String(indices) || Object.keys(value).length !== length)
      return `Array(${length},${entries()})`;
    return `[${indices.map((_, index) => inside(index, () => (value as unknown[])[index])).join()}]`;
  }
  if (!Array.isArray(value) && root <= 1) return entries();
  if (types.isNativeError(value)) throw new Refused('', 'is an error');
  if (types.isDate(value) && root === 2) {
    if (Object.keys(value).length > 0) throw new Refused('', 'is a built-in object with properties of its own');
    return `Date(${Number.isNaN(Number(value)) ? 'NaN' : value.toISOString()})`;
  }
  const { name } = (Object.getPrototypeOf(value) as object).constructor;
  const { toJSON } = value as { toJSON?: () => unknown };
  if (toJSON === undefined) throw new Refused('', `is an instance of ${name}, which has no toJSON`);
  return `@${referenceName(name)}(${inside(undefined, () => toJSON.call(value))})`;
}

/** How many prototypes it has. A plain object has one, of whatever realm, or none; an array two. */
function rootOf(value: object): number {
  let count = 0;
  for (let at = Object.getPrototypeOf(value) as object | null; at; at = Object.getPrototypeOf(at) as object | null)
    count++;
  return count === 1 && !Object.hasOwn(Object.getPrototypeOf(value) as object, 'isPrototypeOf') ? 3 : count;
}

function referenceName(name: string): string {
  return /^[\w.-]{1,128}$/.test(name) ? name : JSON.stringify(name);
}

function referenceString(value: string): string {
  if (value.length > 1024) return `#${referenceDigest(value)}.${value.length}s`;
  const literals = ['true', 'false', 'null', 'undefined', 'NaN', '-0'];
  const reads = literals.includes(value) || String(Number(value)) === value || /^-?\d+n$/.test(value);
  return reads ? `"${value}"` : referenceName(value);
}

/** A lone surrogate has no UTF-8. */
export function referenceDigest(text: string): string {
  const isWellFormed = Buffer.from(text).toString() === text;
  const bytes = isWellFormed ? Buffer.from(text) : Buffer.concat([Buffer.of(0xff), Buffer.from(text, 'utf16le')]);
  return createHash('sha256').update(bytes).digest('hex');
}

function pathStep(key: string | number | undefined): string {
  if (key === undefined) return '';
  if (typeof key === 'number') return `[${key}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
