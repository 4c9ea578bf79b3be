import type { KeyPart } from '../keys/key-part.js';
import { IgnoredPaths } from '../keys/ignored-options.js';
import { OptionParts } from '../keys/option-parts.js';

const NOTHING_IGNORED = new IgnoredPaths();
/** Where no name is taken for that of an option of HTTP. */
const DATA = 'data';
const DATA_PATH = /^options\.data\./;

/**
 * What a key depends on in the options of a generator. `headers` of a table, such as `true` or a list of names, are data like
 * others; only what HTTP takes for headers is taken for them.
 * @throws CacheKeyError naming the path of what has no stable identity.
 */
export function generationOptionParts(options: object): readonly KeyPart[] {
  // What has to be asked for may fail; who reads it next says where.
  const headers: unknown = Object.getOwnPropertyDescriptor(options, 'headers')?.value;
  if (!isTableHeaders(headers)) return partsOf(options);
  const rest = { ...options, headers: undefined };
  const data = partsOf({ [DATA]: { headers } });
  return [...partsOf(rest), ...data.map((part) => ({ ...part, path: part.path.replace(DATA_PATH, 'options.') }))];
}

function partsOf(options: object): readonly KeyPart[] {
  return new OptionParts(NOTHING_IGNORED).take(options);
}

function isTableHeaders(headers: unknown): boolean {
  if (headers === undefined || headers === null) return false;
  if (Array.isArray(headers)) return headers.length === 0 || !headers.every(isPair);
  return typeof headers !== 'object';
}

function isPair(each: unknown): boolean {
  return Array.isArray(each) && each.length === 2;
}
