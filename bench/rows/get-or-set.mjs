const module = 'contestants/nestjs-cached/memory.mjs';

/** @param {number} target */
const ours = (target) => [
  { name: 'nestjs-cached, share', kind: 'ours', module, params: { isolation: 'share' }, target },
  { name: 'nestjs-cached, freeze', kind: 'ours', module, params: { isolation: 'freeze' } },
  { name: 'nestjs-cached, clone', kind: 'ours', module, params: { isolation: 'clone' } },
];

/** Reading through: what is there, and what has to be loaded. */
export const row = {
  name: 'get-or-set',
  title: 'an awaited getOrSet of a 200-byte object from memory',
  room: 'memory',
  limit: { name: 'lru-cache by hand', kind: 'limit', module: 'contestants/lru-cache/memory.mjs' },
  cases: [
    { name: 'hit', params: { way: 'hit' }, ours: ours(0.85) },
    { name: 'hit, 64 callers of one key', params: { way: 'hit', callers: 64 }, ours: ours(0.85) },
    // Bounded at 10,000 entries: once they are there, each miss also evicts.
    { name: 'miss, each key fresh', params: { way: 'miss' }, ours: ours(0.6) },
  ],
};
