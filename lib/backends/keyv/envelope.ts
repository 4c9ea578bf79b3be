/** What Keyv puts round a value: its end stands beside it, since not every store keeps one. */
export interface Envelope {
  readonly value: string;
  /** Milliseconds since 1970; absent: no end. */
  readonly expires?: number | undefined;
}

/** The value in what a store or Keyv brought; `undefined`: there is none. What is no envelope is the value itself. */
export function valueIn(found: unknown): unknown {
  if (found === null || found === undefined) return undefined;
  if (typeof found !== 'object' || !('value' in found)) return found;
  return found.value;
}

/** Whether its end is past, by the clock that Keyv reads as well. */
export function isOver(found: unknown): boolean {
  const { expires } = Object(found) as { readonly expires?: unknown };
  return typeof expires === 'number' && Date.now() > expires;
}

/** What stands in a store: mostly a text; an adapter may have parsed it. A text that is no JSON stays what it is. */
export function opened(found: unknown): unknown {
  if (typeof found !== 'string') return found;
  try {
    return JSON.parse(found) as unknown;
  } catch {
    return found;
  }
}
