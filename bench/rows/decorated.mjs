const module = 'contestants/nestjs-cached/decorated.mjs';

/** @param {'share' | 'freeze' | 'clone'} isolation @param {object} [more] */
const ours = (isolation, more) => ({
  name: `nestjs-cached, ${isolation}`,
  kind: 'ours',
  module,
  params: { isolation },
  ...more,
});

/** A hit of a method that carries a decorator, key and all. */
export const row = {
  name: 'decorated',
  title: 'a hit of the method find(id: number, { lang }) that is cached',
  room: 'decorated',
  limit: { name: 'memo over JSON.stringify', kind: 'limit', module: 'contestants/memo/decorated.mjs' },
  ours: [
    ours('share', { target: 1.5 }),
    ours('freeze'),
    ours('clone'),
    { ...ours('share'), name: 'nestjs-cached, share, own key', params: { isolation: 'share', ownKey: true } },
  ],
  cases: [{ name: 'find(id, { lang })', params: {} }],
};
