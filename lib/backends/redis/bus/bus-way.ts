import type { Redis } from 'ioredis';
import type { BusMessage, InvalidationBus } from '../../../contracts/invalidation-bus.js';

/** One of the ways in which a server tells of changes. Whatever it sends to the server goes over connections that are ready. */
export interface BusWay {
  readonly mode: NonNullable<InvalidationBus['mode']>;
  /** The connections besides the subscriber's that must not break unnoticed. */
  readonly needs: readonly Redis[];
  /**
   * Agrees with the server that from then on every change is told. Rejects with a `ReplyError` when the server refuses.
   *
   * @param signal aborted when the attempt was overtaken: it must send nothing more, since that would come after, and undo,
   * what the next attempt agrees.
   */
  arm(signal: AbortSignal): Promise<void>;
  /** The subscriber's connection is gone, and what the server knew of it. */
  forget(): void;
  /** What a message on the subscriber's connection says. `payload` is what the client makes of it. */
  read(channel: string, payload: unknown): readonly BusMessage[];
  /** Resolves when the end of the lease will be heard; `undefined`: it is heard anyway, since whoever waits has asked for it. */
  follow(leaseKey: string): Promise<void> | undefined;
  unfollow(leaseKey: string): void;
  /** Resolves when every change that was made before the call has been read. */
  flush(): Promise<void>;
  /** Leaves connections that were lent as they were. */
  leave(): Promise<void>;
}
