import { types } from 'node:util';
import { StreamableFile } from '@nestjs/common';
import { isObservable } from 'rxjs';

/** What the cache keeps of a body, or why it keeps nothing. */
export type KeptBody = Kept | { readonly refused: string };

export interface Kept {
  readonly value: unknown;
  /** The first class that is lost. */
  readonly instanceOf: string | undefined;
  /** `JSON.parse` of the body's JSON gives `value` again. */
  readonly isJson: boolean;
}

/** In containers; what is deeper is no response body. */
const DEPTH_LIMIT = 256;

class Refusal extends Error {}

/**
 * The body as the cache keeps it, such that Nest makes the same JSON of it: `toJSON` is called where there is one, and of
 * other class instances their own data is taken. `instanceOf` names the first class that is lost by that, because an
 * interceptor further out may go by the class (as `ClassSerializerInterceptor` does for `@Exclude`).
 *
 * Refused are streams and whatever else can be read only once, functions, symbols and circles.
 */
export function keptBody(body: unknown): KeptBody {
  const walk = new BodyWalk();
  try {
    const value = walk.keep(body, '$');
    return { value, instanceOf: walk.instanceOf, isJson: walk.isJson };
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.message };
    return { refused: `it cannot be read (${error instanceof Error ? error.message : typeof error})` };
  }
}

class BodyWalk {
  instanceOf: string | undefined;
  isJson = true;
  private readonly above: object[] = [];

  keep(value: unknown, path: string): unknown {
    if (typeof value === 'function' || typeof value === 'symbol') throw new Refusal(`${path} is a ${typeof value}`);
    if (typeof value !== 'object' || value === null) {
      this.isJson &&= isJsonPrimitive(value);
      return value;
    }
    const flow = flowOf(value);
    if (flow !== undefined) throw new Refusal(`${path} is ${flow}`);
    if (isBuiltIn(value)) {
      this.isJson = false;
      return value;
    }
    if (this.above.includes(value)) throw new Refusal(`${path} is circular`);
    if (this.above.length === DEPTH_LIMIT) throw new Refusal(`${path} is nested more than ${DEPTH_LIMIT} levels deep`);
    this.above.push(value);
    const kept = this.keepContainer(value, path);
    this.above.pop();
    return kept;
  }

  private keepContainer(value: object, path: string): unknown {
    if (!isPlain(value)) this.instanceOf ??= classNameOf(value);
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function') return this.keep(toJSON.call(value), path);
    if (Array.isArray(value)) return Array.from(value, (item, index) => this.keep(item, `${path}[${index}]`));
    const kept: Record<string, unknown> = {};
    for (const [name, item] of Object.entries(value)) {
      // Assigning to `__proto__` would set the prototype instead.
      Object.defineProperty(kept, name, {
        value: this.keep(item, `${path}.${name}`),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
    return kept;
  }
}

/** What can be read only once, or not at all by looking at it. */
function flowOf(value: object): string | undefined {
  if (value instanceof StreamableFile) return 'a StreamableFile';
  if (isObservable(value)) return 'an Observable';
  const { pipe, getReader, then } = value as { pipe?: unknown; getReader?: unknown; then?: unknown };
  if (typeof pipe === 'function' || typeof getReader === 'function') return 'a stream';
  if (typeof then === 'function') return 'a promise';
  if (Symbol.asyncIterator in value) return 'an async iterable';
  const tag = Object.prototype.toString.call(value);
  return tag === '[object Response]' || tag === '[object Blob]' || tag === '[object File]'
    ? `a ${tag.slice(8, -1)}`
    : undefined;
}

function isJsonPrimitive(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  return value !== undefined && typeof value !== 'bigint';
}

/** Kept by the cache as they are; whether it can keep what a Map holds is for the cache to say. */
export function isBuiltIn(value: object): boolean {
  return (
    types.isDate(value) ||
    ArrayBuffer.isView(value) ||
    types.isAnyArrayBuffer(value) ||
    types.isMap(value) ||
    types.isSet(value) ||
    types.isRegExp(value) ||
    types.isNativeError(value) ||
    value instanceof URL ||
    value instanceof URLSearchParams
  );
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || prototype === Object.prototype || prototype === Array.prototype;
}

function classNameOf(value: object): string {
  const { constructor } = value as { constructor?: unknown };
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'a class';
}
