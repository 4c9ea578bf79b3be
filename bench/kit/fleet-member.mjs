/**
 * One process of a library that has Redis, and a tier of its own where the library can have one; by its defaults, apart
 * from what its manual says that one has to do.
 * @typedef {{
 *   find(key: string): Promise<any>,
 *   change?(key: string, value: unknown): Promise<unknown>,
 *   look?(key: string): unknown,
 *   note?: string,
 * }} FleetMember
 *   `find`: through the cache, from `load` where it has nothing.
 *   `change`: the value behind `key` is this one now, and no process may serve another. Left out by who has one tier only.
 *   `look`: what this process would serve, without loading it; where the library can, without asking Redis.
 *
 * @typedef {(given: { port: number, load: (key: string) => Promise<any>, commandTimeout?: string,
 *   coherence?: 'tracking' | 'pubsub' }) => Promise<FleetMember>} Open
 *   What every `fleet.mjs` exports as `open`. `commandTimeout` and `coherence` are ours.
 */

const BENCH = new URL('../', import.meta.url);

/** @param {string} module Relative to `bench/`. @param {Parameters<Open>[0]} given @returns {Promise<FleetMember>} */
export async function openMember(module, given) {
  const { open } = await import(new URL(module, BENCH).href);
  return open(given);
}
