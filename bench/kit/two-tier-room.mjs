import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { sequential } from './loops.mjs';
import { userOf } from './values.mjs';

/** What a process has told the others when it came, it says once more half a second later. */
const QUIET_MS = 800;

/**
 * A hit that L1 answers. The key is of this process alone: another one's write would take it out of L1 again.
 * @param {{ get: (key: string) => unknown, set: (key: string, value: object) => unknown, close?: () => unknown,
 *   hands: 'a copy' | 'its own object' | 'a frozen object', note?: string }} cache
 */
export async function twoTierRoom({ get, set, close, hands, note }) {
  const key = `user:${process.pid}`;
  await set(key, userOf(key));
  await sleep(QUIET_MS);
  await set(key, userOf(key));
  await get(key);
  return {
    run: sequential(() => get(key)),
    check: async () => {
      const one = /** @type {any} */ (await get(key));
      assert.deepEqual(one, userOf(key));
      if (hands === 'a copy') one.name = 'changed by a caller';
      else assert.equal(await get(key), one);
      assert.deepEqual(await get(key), userOf(key), 'A caller has changed what the cache holds.');
    },
    close: async () => close?.(),
    note: [hands === 'a copy' ? 'a copy for each caller' : `hands out ${hands}`, note].filter(Boolean).join('; '),
  };
}
