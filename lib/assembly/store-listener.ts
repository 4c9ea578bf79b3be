import type { Scope } from '../contracts/scope.js';

/** What a store tells the cache round it. */
export interface StoreListener {
  onEvicted(scope: Scope, key: string): void;
  /** In a store that several scopes share; `path`: of the scope. */
  onSharedEvicted(path: string, key: string): void;
  onError(operation: string, error: unknown, key?: string): void;
  onDegraded(error: unknown): void;
  onRecovered(): void;
}
