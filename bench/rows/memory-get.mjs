const module = 'contestants/nestjs-cached/memory.mjs';

/** An awaited `get` of an object of 200 bytes that is there. */
export const row = {
  name: 'memory-get',
  title: 'an awaited get of a 200-byte object from memory',
  room: 'memory',
  limit: { name: 'lru-cache', kind: 'limit', module: 'contestants/lru-cache/memory.mjs' },
  ours: [
    { name: 'nestjs-cached, share', kind: 'ours', module, params: { isolation: 'share' }, target: 0.85 },
    { name: 'nestjs-cached, freeze', kind: 'ours', module, params: { isolation: 'freeze' }, target: 0.8 },
    { name: 'nestjs-cached, clone', kind: 'ours', module, params: { isolation: 'clone' }, target: 0.25 },
  ],
  cases: [
    { name: '1 caller, one key', params: { callers: 1, keys: 1 } },
    { name: '64 callers, one key', params: { callers: 64, keys: 1 } },
    { name: '1 caller, 1,024 keys', params: { callers: 1, keys: 1_024 } },
  ],
};
