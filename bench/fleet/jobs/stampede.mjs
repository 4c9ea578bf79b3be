import { errorsOf, MODES, openCaches } from '../kit/caches.mjs';
import { now, sleep, until } from '../kit/clock.mjs';

const LOAD_MS = 50;

/** @param {number} port */
export async function jobs(port) {
  const caches = await openCaches(port, MODES);

  /** @param {number} at @param {number} callers @param {() => Promise<unknown>} call */
  async function release(at, callers, call) {
    await until(at);
    const begun = now();
    const one = async () => {
      const value = await call();
      return { time: now() - begun, value };
    };
    return Promise.all(Array.from({ length: callers }, one));
  }

  return {
    ready: () => true,

    async ours(
      /** @type {string} */ mode,
      /** @type {string} */ key,
      /** @type {number} */ at,
      /** @type {number} */ callers,
    ) {
      /** @type {number[]} */
      const loads = [];
      const loader = async () => {
        const begun = now();
        await sleep(LOAD_MS);
        loads.push(now() - begun);
        return `value of ${key}`;
      };
      const results = await release(at, callers, () => caches[mode].getOrSet(key, loader));
      const wrong = results.filter(({ value }) => value !== `value of ${key}`).length;
      return { times: results.map(({ time }) => time), loads, wrong, errors: errorsOf(caches) };
    },

    /** The same callers, who wait for a bare timer of their process. */
    async bare(/** @type {number} */ at, /** @type {number} */ callers) {
      /** @type {Promise<unknown> | undefined} */
      let load;
      const results = await release(at, callers, () => (load ??= sleep(LOAD_MS)));
      return { times: results.map(({ time }) => time) };
    },
  };
}
