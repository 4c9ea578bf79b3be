import { difference } from '../kit/redis.mjs';

const module = 'contestants/nestjs-cached/two-tier.mjs';

/** @param {'share' | 'freeze' | 'clone'} isolation @param {object} [more] */
const ours = (isolation, more) => ({
  name: `nestjs-cached, ${isolation}`,
  kind: 'ours',
  module,
  params: { isolation },
  ...more,
});

/** A hit that the process answers itself, with Redis behind it. */
export const row = {
  name: 'two-tier-hit',
  title: 'an awaited get of a 200-byte object that is in L1, over Redis',
  room: 'two-tier',
  redis: true,
  limit: { name: 'lru-cache', kind: 'limit', module: 'contestants/lru-cache/two-tier.mjs' },
  ours: [ours('share', { target: 0.85 }), ours('freeze'), ours('clone')],
  cases: [{ name: '1 caller, one key', params: {} }],
  watch,
};

/** Counts what each contestant sends to Redis while it is measured, which is to be nothing. */
function watch({ server }) {
  /** @type {Map<string, number>} */
  const sent = new Map();
  return {
    /** @type {import('../kit/compare.mjs').Around} */
    around: async (contestant, batch) => {
      const before = await server.commands();
      const ns = await batch();
      const calls = /** @type {number[]} */ (Object.values(difference(before, await server.commands())));
      const sum = calls.reduce((all, one) => all + one, 0);
      sent.set(contestant, (sent.get(contestant) ?? 0) + sum);
      return ns;
    },
    finish: (/** @type {import('../kit/table.mjs').Line[]} */ lines) =>
      lines.map((line) => {
        if (line.failed !== undefined || line.kind === 'limit') return line;
        const commands = sent.get(line.contestant) ?? 0;
        const told = `${commands} commands to Redis while it was measured`;
        const note = line.note === undefined ? told : `${line.note}; ${told}`;
        const met =
          line.met === undefined ? {} : { met: line.met && commands === 0, target: `${line.target}, 0 commands` };
        return { ...line, note, details: { commands }, ...met };
      }),
  };
}
