import { compare } from '../kit/compare.mjs';
import { peersOf } from '../kit/peers.mjs';

const LIMIT = /** @type {const} */ ({
  name: 'the same application without a cache',
  kind: 'limit',
  module: 'contestants/nest/http.mjs',
});
const OURS = /** @type {const} */ ({
  name: 'nestjs-cached',
  kind: 'ours',
  module: 'contestants/nestjs-cached/http.mjs',
});

const READY = /** @type {const} */ ({
  name: 'an interceptor that has the text ready',
  kind: 'limit',
  module: 'contestants/nest/http-ready.mjs',
});

/** What a hit has to reach on each platform, in requests a second of the same application without a cache. */
const CASES = /** @type {const} */ ([
  { name: '32 connections', params: { connections: 32, work: 'none' }, targets: { fastify: 1, express: undefined } },
  {
    name: '1 connection, the handler waits 1 ms',
    params: { connections: 1, work: 'timer' },
    targets: { fastify: 5, express: 5 },
  },
  {
    name: '32 connections, the handler works 1 ms',
    params: { connections: 32, work: 'busy' },
    targets: { fastify: 5, express: 5 },
  },
]);

/** An answer that the interceptor has, against the same application without one. Two processes a contestant. */
export const row = {
  name: 'http',
  title: 'GET of a 2 KiB JSON answer from a Nest application, a hit of the interceptor',
  redis: false,
  pace: (/** @type {boolean} */ quick) => ({
    batchMs: quick ? 70 : 250,
    warmMs: quick ? 250 : 1_500,
    ...(quick ? { rounds: 4 } : { sets: 1 }),
  }),
  /** @param {{ say: (text: string) => void, pace: import('../kit/compare.mjs').Pace }} given */
  async run({ say, pace }) {
    const lines = [];
    for (const platform of /** @type {const} */ (['fastify', 'express'])) {
      for (const { name, params, targets } of CASES) {
        const target = targets[platform];
        const ready = params.work === 'none' ? [READY] : [];
        const others = [...ready, { ...OURS, ...(target === undefined ? {} : { target }) }, ...peersOf('http')];
        const one = { case: `${platform}, ${name}`, params: { ...params, platform } };
        say(`  ${one.case}`);
        lines.push(...(await compare({ row: 'http', limit: LIMIT, others, pace, say, ...one })));
      }
    }
    return lines.map((line) => (line.ns === undefined ? line : { ...line, figure: `${perSecond(line.ns)}/s` }));
  },
};

/** @param {number} ns Of one request. */
const perSecond = (ns) => Math.round(1e9 / ns).toLocaleString('en');
