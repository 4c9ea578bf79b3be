const NAMES = [Symbol.asyncDispose, Symbol.dispose, 'dispose', 'close', 'terminate'] as const;

/** What ends a live object, by the first of these methods that it has; `undefined`: nothing that is known. */
export function disposalOf(model: unknown): (() => unknown) | undefined {
  if (!isLive(model)) return undefined;
  for (const name of NAMES) {
    const method: unknown = Reflect.get(model, name);
    if (typeof method === 'function') return () => Reflect.apply(method, model, []) as unknown;
  }
  return undefined;
}

/** Whether it is one thing, and not equal to another. */
export function isLive(model: unknown): model is object {
  return (typeof model === 'object' && model !== null) || typeof model === 'function';
}

/** Whether it stands for one that is still to come. */
export function isPromise(model: unknown): boolean {
  return isLive(model) && typeof Reflect.get(model, 'then') === 'function';
}
