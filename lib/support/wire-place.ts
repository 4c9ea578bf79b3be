import { nameOf, type WireKind } from './wire-key.js';

const PLACE = /^([^:]*):([vlts]):\{/;

/** What a wire key says. */
export interface WirePlace {
  readonly kind: WireKind;
  /** `undefined` when only a hash of it is there. */
  readonly path: string | undefined;
  /** `undefined` when only a hash of it is there. */
  readonly name: string | undefined;
}

/** `undefined` for what is no wire key. */
export function placeOf(key: string): WirePlace | undefined {
  const match = PLACE.exec(key);
  if (!match) return undefined;
  const path = match[1]!;
  return { kind: match[2] as WireKind, path: path.includes('~') ? undefined : path, name: nameOf(key) };
}
