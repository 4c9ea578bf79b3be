import type { Clock } from '../contracts/clock.js';

/** One who waits for news of a key. */
export interface Sleeper {
  /** Resolves with the next news, at once when there was some since the last time; `false` when `ms` passed without any. */
  next(ms: number): Promise<boolean>;
  /** Whether there was some that `next` has not told. */
  readonly hasNews: boolean;
  leave(): void;
}

/** Who waits for news of which key. */
export class WakeUp {
  private readonly sleepers = new Map<string, Set<() => void>>();

  constructor(private readonly clock: Clock) {}

  /** To be called before the question whose answer may be to wait: what happens from then on is not missed. */
  enter(id: string): Sleeper {
    let news = false;
    let wake: (() => void) | undefined;
    const ring = (): void => {
      news = true;
      wake?.();
    };
    const beside = this.sleepers.get(id);
    if (beside) beside.add(ring);
    else this.sleepers.set(id, new Set([ring]));
    const next = async (ms: number): Promise<boolean> => {
      if (!news) {
        await new Promise<void>((resolve) => {
          const timer = this.clock.setTimeout(resolve, ms);
          wake = () => {
            timer.cancel();
            resolve();
          };
        });
        wake = undefined;
      }
      const heard = news;
      news = false;
      return heard;
    };
    return {
      next,
      get hasNews() {
        return news;
      },
      leave: () => this.leave(id, ring),
    };
  }

  ring(id: string): void {
    for (const ring of this.sleepers.get(id) ?? []) ring();
  }

  ringAll(): void {
    for (const rings of this.sleepers.values()) for (const ring of rings) ring();
  }

  /** How many wait. */
  get size(): number {
    return this.sleepers.size;
  }

  private leave(id: string, ring: () => void): void {
    const beside = this.sleepers.get(id);
    if (beside?.delete(ring) && beside.size === 0) this.sleepers.delete(id);
  }
}
