import assert from 'node:assert/strict';
import { sleep } from '../fleet/kit/clock.mjs';
import { openMember } from '../kit/fleet-member.mjs';
import { SteadyCallers } from '../kit/steady-callers.mjs';

export const CALLERS = 32;
export const PACE_MS = 20;
const HOT_KEYS = 200;
const NEW_SHARE = 0.1;
const LOAD_MS = 5;
/** For what is under way when the row is over. */
const PATIENCE_MS = 1_000;

/** @param {number} port */
export function jobs(port) {
  /** @type {import('../kit/fleet-member.mjs').FleetMember} */
  let member;
  let fresh = 0;
  const load = async (/** @type {string} */ key) => {
    await sleep(LOAD_MS);
    return { key, text: 'x'.repeat(200) };
  };
  const callers = new SteadyCallers(
    async () => {
      const key = Math.random() < NEW_SHARE ? `new:${fresh++}` : hotKey(Math.floor(Math.random() * HOT_KEYS));
      return (await member.find(key))?.key === key;
    },
    CALLERS,
    PACE_MS,
  );

  return {
    async open(/** @type {string} */ module, /** @type {object} */ params) {
      member = await openMember(module, { port, load, ...params });
      return { note: member.note };
    },

    /** What everybody wants is there, and right. */
    async check() {
      const keys = Array.from({ length: HOT_KEYS }, (_, nth) => hotKey(nth));
      for (let nth = 0; nth < 2; nth++) {
        const found = await Promise.all(keys.map((key) => member.find(key)));
        assert.deepEqual(found, await Promise.all(keys.map(load)));
      }
    },

    start: () => callers.start(),
    stop: () => callers.stop(PATIENCE_MS),
    figures: (/** @type {number} */ from, /** @type {number} */ to) => callers.figures(from, to),
  };
}

const hotKey = (/** @type {number} */ nth) => `hot:${nth}`;
