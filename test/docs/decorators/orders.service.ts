import { Injectable } from '@nestjs/common';
import { CacheEvict } from 'nestjs-cached';

export interface Transaction {
  /** Resolves on commit, rejects on rollback. */
  readonly committed: Promise<void>;
}

@Injectable()
export class OrdersService {
  @CacheEvict({ tags: (id) => [`order:${id}`], after: (_result, _id, transaction) => transaction.committed })
  async cancel(id: number, transaction: Transaction): Promise<string> {
    return `order ${id} is cancelled in ${typeof transaction}`;
  }
}
