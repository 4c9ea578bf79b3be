import type { CacheBackend } from '../../lib/contracts/backend.js';
import { deferred, type Deferred } from './deferred.js';

/** Reads that the store has answered, and whose answers are on their way. */
export interface HeldAnswers {
  /** Reads from now on are answered at once again. */
  stop(): void;
  /** Lets the held answers arrive. */
  release(): Promise<void>;
}

/**
 * Makes answers of `get` and `getMany` slow: the store reads at once, the caller hears of it later. (A hang of
 * `FlakyBackend` is the other half: what is sent and has not been read or written yet.)
 */
export function holdAnswers(backend: CacheBackend): () => HeldAnswers {
  let gate: Deferred<void> | undefined;
  const slow = <A extends unknown[], T>(method: (...args: A) => Promise<T>) => {
    return async (...args: A): Promise<T> => {
      const held = gate;
      const answer = await method.apply(backend, args);
      await held?.promise;
      return answer;
    };
  };
  backend.get = slow(backend.get.bind(backend));
  if (backend.getMany) backend.getMany = slow(backend.getMany.bind(backend));
  return () => {
    const own = (gate = deferred<void>());
    return {
      stop: () => void (gate = undefined),
      release: async () => {
        own.resolve();
        for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      },
    };
  };
}
