import { CacheFormatError } from '../support/errors.js';
import { MAX_DEPTH } from '../support/value-path.js';

/** What the single key of a tagged object begins with. */
export const TAG = '$nc:';

/** The tag of an object, without its beginning; `undefined` for an object that is only data. */
export function tagOf(node: object): string | undefined {
  let only: string | undefined;
  for (const key in node) {
    if (only !== undefined) return undefined;
    only = key;
  }
  return only?.startsWith(TAG) ? only.slice(TAG.length) : undefined;
}

/** The next level. Asked by what has children, not by tags: that of a primitive is no level of its own. */
export function below(depth: number): number {
  if (depth >= MAX_DEPTH) throw new CacheFormatError('The payload is nested too deeply.');
  return depth + 1;
}

const MAX_DECIMAL = 10n ** 300n;

/** Decimal, and beyond 300 digits hex, which is read in linear time. */
export function bigintText(value: bigint): string {
  const size = value < 0n ? -value : value;
  if (size < MAX_DECIMAL) return value.toString();
  return `${value < 0n ? '-' : ''}0x${size.toString(16)}`;
}

export function bigintFrom(payload: string): bigint {
  if (/^-?\d{1,300}$/.test(payload)) return BigInt(payload);
  if (!/^-?0x[\da-f]+$/.test(payload)) return unfit('bigint');
  return payload.startsWith('-') ? -BigInt(payload.slice(1)) : BigInt(payload);
}

export function regexpFrom([source, flags]: unknown[]): RegExp {
  return new RegExp(text(source), text(flags));
}

export function text(payload: unknown): string {
  return typeof payload === 'string' ? payload : unfit('string');
}

export function list(payload: unknown): unknown[] {
  return Array.isArray(payload) ? payload : unfit('list');
}

export function unfit(tag: string): never {
  throw new CacheFormatError(`A ${tag} of the payload does not have the form that is written.`);
}
