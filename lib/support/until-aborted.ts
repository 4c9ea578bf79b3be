import { mayBeShared } from './shared-signal.js';

/**
 * What `work` comes to, unless its caller leaves first: then a rejection with the signal's reason, at once. The work itself goes
 * on; what becomes of it then is for others, and a late failure of it is swallowed.
 */
export function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  mayBeShared(signal);
  return new Promise<T>((resolve, reject) => {
    const leave = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    const stay = (): void => signal.removeEventListener('abort', leave);
    work.then(
      (value) => {
        stay();
        resolve(value);
      },
      (error: Error) => {
        stay();
        reject(error);
      },
    );
  });
}
