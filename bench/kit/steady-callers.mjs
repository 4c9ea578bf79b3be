import { now, sleep } from '../fleet/kit/clock.mjs';
import { quantile, round } from '../fleet/kit/stats.mjs';

/**
 * Callers who make a call every so often, as long as they are answered in time: all contestants are asked for the same,
 * and a call that takes longer than its time costs those that would have been made meanwhile.
 */
export class SteadyCallers {
  #call;
  #callers;
  #paceMs;
  #running = false;
  /** @type {{ began: number, took: number | undefined, good: boolean }[]} */
  #calls = [];
  /** @type {Promise<unknown>} */
  #work = Promise.resolve();

  /** @param {() => Promise<boolean>} call Whether the answer was right. @param {number} callers @param {number} paceMs */
  constructor(call, callers, paceMs) {
    this.#call = call;
    this.#callers = callers;
    this.#paceMs = paceMs;
  }

  start() {
    this.#running = true;
    this.#work = Promise.all(Array.from({ length: this.#callers }, (_, nth) => this.#caller(nth)));
  }

  /** Whoever is still waiting after so long is left to it. @param {number} patienceMs */
  async stop(patienceMs) {
    this.#running = false;
    await Promise.race([this.#work, sleep(patienceMs)]);
  }

  /**
   * What became of the calls that began in this span. One that has no answer yet counts as failed, and as slow as it has
   * waited.
   * @param {number} from @param {number} to
   */
  figures(from, to) {
    const own = this.#calls.filter(({ began }) => began >= from && began < to);
    const good = own.filter((call) => call.good).length;
    const times = own.map(({ began, took }) => took ?? now() - began);
    return {
      perSecond: round((good / (to - from)) * 1_000),
      failed: own.filter((call) => call.took !== undefined && !call.good).length,
      hanging: own.filter((call) => call.took === undefined).length,
      slowest: round(Math.max(0, ...times)),
      p99: times.length === 0 ? 0 : round(quantile(times, 0.99)),
    };
  }

  /** @param {number} nth */
  async #caller(nth) {
    let next = now() + (nth * this.#paceMs) / this.#callers;
    while (this.#running) {
      if (next > now()) await sleep(next - now());
      await this.#make();
      next += this.#paceMs * Math.max(1, Math.ceil((now() - next) / this.#paceMs));
    }
  }

  async #make() {
    const call = { began: now(), took: /** @type {number | undefined} */ (undefined), good: false };
    this.#calls.push(call);
    call.good = await this.#call().catch(() => false);
    call.took = now() - call.began;
  }
}
