import { performance } from 'node:perf_hooks';
import { Histogram } from './histogram.js';
import type { Latency, Part } from './report.js';

export type Outcome = 'hit' | 'miss' | 'done' | 'failed';

/** What one caller does again and again. Each caller has its own. */
export interface Step {
  start(): Promise<unknown>;
  /** What became of the last `start`. */
  judge(value: unknown): Outcome;
}

export interface Crowd {
  readonly callers: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

export interface Sample {
  /** Those that failed included, as nowhere else. */
  readonly calls: number;
  readonly perSecond: number;
  readonly latencyMs: Latency;
  readonly failed: number;
  readonly busy: number;
  readonly hits: Part;
  readonly misses: Part;
}

/** In milliseconds. Hits in the process need no event loop, and would keep it from all else. */
const TURN = 5;
/** Of the time of a sample, and in seconds at most. The compiler and the connections settle in it. */
const WARM_UP = { share: 0.2, most: 0.5 };

/** So many callers, each of which calls again as soon as it is answered ("closed loop"). The first part is not counted. */
export async function measure(makeStep: () => Step, { callers, seconds, signal }: Crowd): Promise<Sample> {
  const steps = Array.from({ length: callers }, makeStep);
  await new Run(Math.min(WARM_UP.most, seconds * WARM_UP.share), signal).of(steps);
  const run = new Run(seconds, signal);
  const loop = performance.eventLoopUtilization();
  const begun = performance.now();
  await run.of(steps);
  const took = (performance.now() - begun) / 1_000;
  const { good, hits, misses, failed } = run;
  return {
    calls: good.count + failed,
    perSecond: took === 0 ? 0 : good.count / took,
    latencyMs: latencyOf(good),
    failed,
    busy: performance.eventLoopUtilization(loop).utilization,
    hits: { calls: hits.count, meanMs: hits.mean },
    misses: { calls: misses.count, meanMs: misses.mean },
  };
}

export function latencyOf(times: Histogram): Latency {
  return {
    mean: times.mean,
    p50: times.percentile(0.5),
    p90: times.percentile(0.9),
    p99: times.percentile(0.99),
    p999: times.percentile(0.999),
    max: times.max,
  };
}

class Run {
  readonly good = new Histogram();
  readonly hits = new Histogram();
  readonly misses = new Histogram();
  failed = 0;
  readonly #end: number;
  #turnAt: number;
  #turn: Promise<void> | undefined;

  constructor(
    seconds: number,
    private readonly signal: AbortSignal,
  ) {
    const now = performance.now();
    this.#end = now + seconds * 1_000;
    this.#turnAt = now + TURN;
  }

  async of(steps: readonly Step[]): Promise<void> {
    await Promise.all(steps.map((step) => this.#call(step)));
  }

  async #call(step: Step): Promise<void> {
    let begun = performance.now();
    while (begun < this.#end && !this.signal.aborted) {
      let outcome: Outcome;
      try {
        outcome = step.judge(await step.start());
      } catch {
        outcome = 'failed';
      }
      const ended = performance.now();
      this.#count(outcome, ended - begun);
      begun = ended;
      if (ended < this.#turnAt) continue;
      await this.#nextTurn();
      begun = performance.now();
    }
  }

  #count(outcome: Outcome, ms: number): void {
    // One that was refused at once would make the others look quick.
    if (outcome === 'failed') {
      this.failed += 1;
      return;
    }
    this.good.record(ms);
    if (outcome === 'hit') this.hits.record(ms);
    else if (outcome === 'miss') this.misses.record(ms);
  }

  #nextTurn(): Promise<void> {
    this.#turn ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#turn = undefined;
        this.#turnAt = performance.now() + TURN;
        resolve();
      });
    });
    return this.#turn;
  }
}
