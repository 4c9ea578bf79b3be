import { Injectable } from '@nestjs/common';
import { Cached, CacheEvict, CacheManager } from 'nestjs-cached';
import { tenantContext } from './tenant-context.js';

@Injectable()
export class InvoicesService {
  constructor(private readonly cache: CacheManager) {}

  // An entry for each tenant: nothing here has to say so.
  @Cached({ key: (id) => `invoice:${id}` })
  async find(id: number): Promise<string> {
    return `invoice ${id} of ${tenantContext.current()}`;
  }

  // The tenant of an argument, whoever calls: for jobs that run outside of a request.
  @CacheEvict({ key: (_tenant, id) => `invoice:${id}`, tenant: (tenant) => tenant })
  async correct(tenant: string, id: number): Promise<string> {
    return `corrected invoice ${id} of ${tenant}`;
  }

  /** Everybody's, and so of no tenant. */
  currencies(): Promise<string[]> {
    return this.cache.withoutTenant().getOrSet('currencies', () => ['CHF', 'EUR', 'JPY'], '1d');
  }

  /** What the tenant of the request has in the cache; nobody else's goes. */
  forgetMine(): Promise<boolean> {
    return this.cache.clear();
  }

  /** For an administrator: the namespace with all its tenants. */
  forgetAll(): Promise<boolean> {
    return this.cache.withoutTenant().clear();
  }
}
