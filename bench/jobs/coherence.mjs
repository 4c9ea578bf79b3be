import assert from 'node:assert/strict';
import { Redis } from 'ioredis';
import { now, sleep, turn } from '../fleet/kit/clock.mjs';
import { openMember } from '../kit/fleet-member.mjs';

const GIVEN_UP_MS = 1_200;
const pad = 'x'.repeat(170);
const valueOf = (/** @type {string} */ text) => ({ text, pad });

/** @param {number} port */
export function jobs(port) {
  // The database of this row, which is not what is measured.
  const source = new Redis({ port });
  const load = async (/** @type {string} */ key) => valueOf((await source.get(`source:${key}`)) ?? 'nothing');
  /** The contestant, and the bare push in the same process. @type {Record<string, import('../kit/fleet-member.mjs').FleetMember>} */
  const members = {};
  const memberOf = (/** @type {string} */ who) =>
    /** @type {import('../kit/fleet-member.mjs').FleetMember} */ (members[who]);
  /** @type {Promise<object> | undefined} */
  let watching;

  /**
   * Looks in every turn of the event loop. A look that has to ask Redis began when the old value was gone already, so
   * the beginning counts.
   * @param {string} who @param {string} key
   */
  async function watch(who, key) {
    const member = memberOf(who);
    const end = now() + GIVEN_UP_MS;
    for (;;) {
      await turn();
      const at = now();
      const value = /** @type {any} */ (await member.look?.(key));
      if (value?.text !== 'old') return { gone: at, timedOut: false };
      if (at > end) return { gone: at, timedOut: true };
    }
  }

  return {
    async open(/** @type {string} */ name, /** @type {string} */ module, /** @type {object} */ params) {
      members['bare'] = await bareMember(port, `bare:${name}`);
      members['own'] = await openMember(module, { port, load, ...params });
      return { note: members['own'].note };
    },

    /** Reader: has the old value and begins to watch it. */
    async hold(/** @type {string} */ who, /** @type {string} */ key) {
      const member = memberOf(who);
      await source.set(`source:${key}`, 'old');
      const end = now() + GIVEN_UP_MS;
      while (/** @type {any} */ (await member.look?.(key))?.text !== 'old') {
        assert.equal((await member.find(key)).text, 'old');
        assert(now() < end, 'The old value does not stay in the process.');
      }
      watching = watch(who, key);
    },

    /** Writer: changes it. */
    async write(/** @type {string} */ who, /** @type {string} */ key, /** @type {number} */ delay) {
      await sleep(delay);
      await source.set(`source:${key}`, 'new');
      const sent = now();
      await memberOf(who).change?.(key, valueOf('new'));
      return { sent, acked: now() };
    },

    /** Reader: when the old value went, and whether what came instead is right. */
    async gone(/** @type {string} */ who, /** @type {string} */ key) {
      const seen = /** @type {{ gone: number, timedOut: boolean }} */ (await watching);
      return { ...seen, wrong: !seen.timedOut && (await memberOf(who).find(key)).text !== 'new' };
    },
  };
}

/**
 * Limit: a message, and a reader that looks whether it has come.
 * @param {number} port @param {string} channel Of this pair alone: a message wakes nobody else.
 * @returns {Promise<import('../kit/fleet-member.mjs').FleetMember>}
 */
async function bareMember(port, channel) {
  const [sender, subscriber] = [new Redis({ port }), new Redis({ port })];
  /** @type {Set<string>} */
  const changed = new Set();
  await subscriber.subscribe(channel);
  subscriber.on('message', (_channel, key) => void changed.add(key));
  const look = (/** @type {string} */ key) => valueOf(changed.has(key) ? 'new' : 'old');
  return { find: async (key) => look(key), look, change: (key) => sender.publish(channel, key) };
}
