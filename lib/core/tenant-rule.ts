import { CacheTenantError } from '../support/errors.js';
import { messageOf } from '../support/message-of.js';
import type { CacheScope, Scopes } from './scopes.js';

/** How the options say it. */
export interface TenantRuleOptions {
  readonly required: boolean;
  readonly resolve: (() => unknown) | undefined;
}

/**
 * Whose a call is that names no tenant. A tenant that cannot be told is an error and never the namespace itself: what is
 * stored there is everybody's.
 */
export class TenantRule {
  readonly required: boolean;

  constructor(
    private readonly scopes: Scopes,
    private readonly options: TenantRuleOptions,
  ) {
    this.required = options.required;
  }

  /** @throws CacheTenantError */
  scopeIn(namespace: CacheScope): CacheScope {
    const tenant = this.resolved();
    if (tenant !== undefined) return this.scopes.tenant(namespace, tenant);
    if (!this.required) return namespace;
    const reason = this.options.resolve ? 'tenant.resolve gave undefined' : 'there is no tenant.resolve to ask';
    throw new CacheTenantError(
      `The call is of no tenant, and tenant.required is set: ${reason}. ` +
        'Name one by forTenant(id) or the decorator’s tenant, or take withoutTenant() where none is meant.',
    );
  }

  private resolved(): string | undefined {
    const { resolve } = this.options;
    if (resolve === undefined) return undefined;
    let tenant: unknown;
    try {
      tenant = resolve();
    } catch (error) {
      throw new CacheTenantError(`tenant.resolve failed: ${messageOf(error)}`, { cause: error });
    }
    if (tenant === undefined || (typeof tenant === 'string' && tenant !== '')) return tenant;
    throw new CacheTenantError(
      `tenant.resolve gave ${shown(tenant)}. It must answer at once, with a name or with undefined for no tenant.`,
    );
  }
}

function shown(tenant: unknown): string {
  if (tenant === '') return 'an empty string';
  if (tenant instanceof Promise) return 'a promise';
  return tenant === null ? 'null' : `a value of type ${typeof tenant}`;
}
