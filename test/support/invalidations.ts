import type { CacheManager } from '../../lib/core/cache-manager.js';

/** Every way to take the key `k`, tagged `t`, out of a scope. Each resolves when it is through. */
export const INVALIDATIONS: readonly {
  readonly name: string;
  /** `false` when the store could not be told. */
  readonly run: (scope: CacheManager, root: CacheManager) => Promise<boolean>;
}[] = [
  { name: 'delete', run: (scope) => scope.delete('k') },
  { name: 'deleteMany', run: (scope) => scope.deleteMany(['other', 'k']) },
  { name: 'expire', run: (scope) => scope.expire('k') },
  { name: 'invalidateTags', run: (scope) => scope.invalidateTags('unrelated', 't') },
  { name: 'invalidate', run: (scope) => withEvent(scope, () => scope.invalidate('[k]*')) },
  { name: 'clear', run: (scope) => scope.clear() },
  { name: 'clear of the namespace above', run: (_, root) => root.clear() },
];

/** `invalidate` answers with a number; whether it is complete, its event says. */
async function withEvent(scope: CacheManager, run: () => Promise<unknown>): Promise<boolean> {
  let complete = false;
  const off = scope.on('invalidate', (event) => (complete = event.complete));
  await run();
  off();
  return complete;
}
