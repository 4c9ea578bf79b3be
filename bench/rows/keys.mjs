const ours = (/** @type {number | undefined} */ target) => [
  {
    name: 'nestjs-cached',
    kind: 'ours',
    module: 'contestants/nestjs-cached/keys.mjs',
    ...(target === undefined ? {} : { target }),
  },
];

/** What a default key costs: `CacheKeyGenerator.generate`. */
export const row = {
  name: 'keys',
  title: "the key of a call's arguments",
  room: 'keys',
  limit: { name: 'JSON.stringify', kind: 'limit', module: 'contestants/json/keys.mjs' },
  cases: [
    { name: 'find(1, { lang })', params: { call: 'small' }, ours: ours(1) },
    { name: 'an order of 3 KiB', params: { call: 'large' }, ours: ours(1.25) },
    { name: '26 small records', params: { call: 'records' }, ours: ours(1) },
    { name: 'a text of 1 MiB, Latin', params: { call: 'latin' }, ours: ours(2) },
    { name: 'a text of 1 MiB, not Latin', params: { call: 'nonLatin' }, ours: ours(2) },
  ],
};
