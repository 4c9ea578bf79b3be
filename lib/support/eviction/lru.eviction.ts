import { FifoEviction } from './fifo.eviction.js';

/** The least recently used goes first, written or read. */
export class LruEviction extends FifoEviction {
  override used(id: string): void {
    this.renew(id);
  }
}
