import assert from 'node:assert/strict';
import { now, sleep, until } from '../fleet/kit/clock.mjs';
import { openMember } from '../kit/fleet-member.mjs';

const LOAD_MS = 50;

/** @param {number} port */
export function jobs(port) {
  /** @type {import('../kit/fleet-member.mjs').FleetMember} */
  let member;
  let loads = 0;
  const load = async (/** @type {string} */ key) => {
    loads++;
    await sleep(LOAD_MS);
    return valueOf(key);
  };

  /** @param {number} at @param {number} callers @param {() => Promise<unknown>} call */
  async function release(at, callers, call) {
    await until(at);
    const begun = now();
    const one = async () => ({ value: await call(), time: now() - begun });
    return Promise.all(Array.from({ length: callers }, one));
  }

  return {
    async open(/** @type {string} */ module, /** @type {object} */ params) {
      member = await openMember(module, { port, load, ...params });
      return { note: member.note };
    },

    /** One load, and what it gave is served from then on. @param {string} key */
    async check(key) {
      loads = 0;
      for (let nth = 0; nth < 3; nth++) assert.deepEqual(await member.find(key), valueOf(key));
      assert.equal(loads, 1, `Three calls one after the other made ${loads} loads.`);
    },

    async rush(/** @type {string} */ key, /** @type {number} */ at, /** @type {number} */ callers) {
      loads = 0;
      const results = await release(at, callers, () => member.find(key));
      const right = (/** @type {any} */ value) => value?.key === key && value.text === `value of ${key}`;
      return {
        times: results.map(({ time }) => time),
        loads,
        wrong: results.filter(({ value }) => !right(value)).length,
      };
    },

    /** The same callers, who wait for a bare timer of their process. */
    async bare(/** @type {number} */ at, /** @type {number} */ callers) {
      /** @type {Promise<unknown> | undefined} */
      let timer;
      const results = await release(at, callers, () => (timer ??= sleep(LOAD_MS)));
      return { times: results.map(({ time }) => time) };
    },
  };
}

const valueOf = (/** @type {string} */ key) => ({ key, text: `value of ${key}` });
