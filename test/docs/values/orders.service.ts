import { Injectable } from '@nestjs/common';
import { Cached } from 'nestjs-cached';

export class Order {
  constructor(
    readonly id: number,
    readonly lines: readonly { price: number; count: number }[],
    readonly placedAt: Date,
  ) {}

  get total(): number {
    return this.lines.reduce((sum, { price, count }) => sum + price * count, 0);
  }
}

@Injectable()
export class OrdersService {
  // Without hydrate a hit would have id, lines and placedAt, and no total.
  @Cached({ hydrate: (plain) => Object.assign(Object.create(Order.prototype) as Order, plain) })
  async find(id: number): Promise<Order> {
    return new Order(id, [{ price: 3, count: 2 }], new Date(0));
  }
}
