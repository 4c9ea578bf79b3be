import { types } from 'node:util';
import { classify } from '../../support/value-kind.js';

/**
 * The parameters of a call as they are at this moment, for the request that is made of them later: when the backend has
 * answered, or behind a stale answer that its caller has had long since. Callers go on with their own objects, and what the
 * model is asked has to be what its answer is stored under. Plain objects, arrays and bytes are copied; all else is handed on.
 */
export function asOfNow<P extends object>(params: P): P {
  return copyOf(params, new Map()) as P;
}

/** @param made By what they are copies of: what holds itself does so again. */
function copyOf(value: unknown, made: Map<object, object>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  // Called so, since `slice` of a Buffer shares its bytes.
  if (types.isUint8Array(value)) return Uint8Array.prototype.slice.call(value);
  const { kind } = classify(value);
  if (kind !== 'object' && kind !== 'array') return value;
  const known = made.get(value);
  if (known !== undefined) return known;
  const copy: object = kind === 'array' ? (value as unknown[]).slice() : { ...value };
  made.set(value, copy);
  for (const [name, field] of Object.entries(copy)) {
    if (typeof field === 'object' && field !== null) Reflect.set(copy, name, copyOf(field, made));
  }
  return copy;
}
