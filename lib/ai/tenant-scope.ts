import type { CacheManager } from '../core/cache-manager.js';
import type { CacheScope } from '../core/scopes.js';
import { CacheTenantError } from '../support/errors.js';

/** Where a call goes that may name its tenant itself. @throws CacheTenantError when the manager is of another one. */
export function tenantScope(manager: CacheManager, tenant: string | undefined): CacheScope {
  if (tenant === undefined) return manager.scope;
  const { home } = manager;
  if (home.tenant === tenant) return home;
  if (home.tenant === undefined) return manager.cache.parts.scopes.tenant(home, tenant);
  throw new CacheTenantError('The call is of another tenant than its cache. Ask the cache of that tenant.');
}
