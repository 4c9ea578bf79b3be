import { describe, expect, it } from '@jest/globals';
import { measure, type Outcome, type Step } from '../../../lib/cli/bench/callers.js';

const forever = new AbortController().signal;

function stepsOf(outcomes: readonly Outcome[], start: () => Promise<unknown> = async () => {}) {
  const made: Step[] = [];
  return {
    made,
    makeStep: () => {
      let nth = 0;
      const step: Step = { start, judge: () => outcomes[nth++ % outcomes.length]! };
      made.push(step);
      return step;
    },
  };
}

describe('measure', () => {
  it('counts what became of the calls, of so many callers', async () => {
    const { made, makeStep } = stepsOf(['hit', 'miss', 'failed', 'hit']);
    const sample = await measure(makeStep, { callers: 3, seconds: 0.02, signal: forever });
    expect(made).toHaveLength(3);
    expect(sample.calls).toBeGreaterThan(100);
    expect(sample.perSecond).toBeGreaterThan(sample.hits.calls);
    expect(sample.hits.calls / sample.misses.calls).toBeCloseTo(2, 0);
    expect(sample.hits.calls + sample.misses.calls + sample.failed).toBe(sample.calls);
    expect(sample.latencyMs.p50).toBeLessThanOrEqual(sample.latencyMs.p999);
  });

  it('takes a rejection for a failure', async () => {
    const { makeStep } = stepsOf(['hit'], () => Promise.reject(new Error('gone')));
    const sample = await measure(makeStep, { callers: 1, seconds: 0.01, signal: forever });
    expect(sample.failed).toBe(sample.calls);
    // What failed is neither quick nor slow.
    expect(sample).toMatchObject({ perSecond: 0, latencyMs: { max: 0 } });
  });

  it('lets the event loop turn among calls that never need it', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    await measure(stepsOf(['hit']).makeStep, { callers: 2, seconds: 0.1, signal: forever });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
  });

  it('ends at once when it is told to', async () => {
    const stop = new AbortController();
    stop.abort();
    const sample = await measure(stepsOf(['hit']).makeStep, { callers: 2, seconds: 60, signal: stop.signal });
    expect(sample.calls).toBe(0);
    expect(sample.latencyMs.max).toBe(0);
  });
});
