import { Redis } from 'ioredis';
import { now, sleep, until } from '../../fleet/kit/clock.mjs';
import { quantile, round } from '../../fleet/kit/stats.mjs';
import { CONTESTANTS } from '../kit/contestants.mjs';

const WORKERS = 64;
const HOT_KEYS = 200;
const NEW_SHARE = 0.1;
const LOAD_MS = 5;
/** Each worker makes a call every so often, as long as it is answered in time: 3,200 calls a second in all. */
const PACE_MS = 20;

/** @param {number} port */
export function jobs(port) {
  /** @type {import('../kit/contestants.mjs').Contestant} */
  let contestant;
  /** @type {{ began: number, took: number, good: boolean }[]} */
  let calls = [];
  const state = { running: false };
  let fresh = 0;
  /** @type {Promise<unknown>} */
  let work = Promise.resolve();

  const load = async (/** @type {string} */ key) => {
    await sleep(LOAD_MS);
    return { key, text: 'x'.repeat(200) };
  };
  const call = async () => {
    const key = Math.random() < NEW_SHARE ? `new:${fresh++}` : `hot:${Math.floor(Math.random() * HOT_KEYS)}`;
    const began = now();
    const good = await contestant
      .getOrSet(key, () => load(key))
      .then(
        (value) => /** @type {any} */ (value)?.key === key,
        () => false,
      );
    calls.push({ began, took: now() - began, good });
  };
  /** A call that takes longer than its time costs the calls that would have been made meanwhile. */
  const worker = async (/** @type {number} */ nth) => {
    let next = now() + (nth * PACE_MS) / WORKERS;
    while (state.running) {
      if (next > now()) await sleep(next - now());
      await call();
      next += PACE_MS * Math.max(1, Math.ceil((now() - next) / PACE_MS));
    }
  };

  return {
    async prepare(/** @type {string} */ name) {
      const open = CONTESTANTS[name];
      contestant = await /** @type {NonNullable<typeof open>} */ (open)(port);
      await sleep(500);
      await Promise.all(
        Array.from({ length: HOT_KEYS }, (_, nth) => contestant.getOrSet(`hot:${nth}`, () => load(`hot:${nth}`))),
      );
    },
    async start() {
      calls = [];
      state.running = true;
      work = Promise.all(Array.from({ length: WORKERS }, (_, nth) => worker(nth)));
    },
    async stop() {
      state.running = false;
      await work;
    },
    /** What became of the calls that began in this span. */
    async figures(/** @type {number} */ from, /** @type {number} */ to) {
      const own = calls.filter(({ began }) => began >= from && began < to);
      const good = own.filter(({ good: answered }) => answered);
      const times = own.map(({ took }) => took);
      return {
        perSecond: round((good.length / (to - from)) * 1_000),
        failed: own.length - good.length,
        slowest: round(Math.max(0, ...times)),
        p99: times.length === 0 ? 0 : round(quantile(times, 0.99)),
      };
    },
    /** From that instant until something that was stored after it can be seen in Redis by somebody else. */
    async usedAgain(/** @type {number} */ since, /** @type {number} */ patience) {
      const plain = new Redis({ port, commandTimeout: 200, maxRetriesPerRequest: 0, retryStrategy: () => 10 });
      plain.on('error', () => {});
      try {
        for (let nth = 0; now() < since + patience; nth++) {
          const key = `probe:${since.toFixed(0)}:${nth}`;
          void contestant.set(key, { key });
          await until(now() + 10);
          const keys = Array.from(
            { length: Math.min(nth + 1, 200) },
            (_, back) => `probe:${since.toFixed(0)}:${nth - back}`,
          );
          const seen = await plain.exists(...keys.map((one) => contestant.wireKey(one))).catch(() => 0);
          if (seen > 0) return round(now() - since);
        }
        return undefined;
      } finally {
        plain.disconnect();
      }
    },
  };
}
