import { randomBytes } from 'node:crypto';
import { expect } from '@jest/globals';
import { checks } from './checks.js';
import { endure, type Ordeal } from './ordeal.js';
import type { Scene } from './scene.js';

const heal = ({ proxy }: Scene): Promise<void> => proxy.heal();
const over: Ordeal = { network: true, answers: 'queued', keeps: true, end: heal };

/** Enough that connections are reset on which nothing is answered. */
const LONG = 1_000;

checks('slow', () => endure('slow', { ...over, begin: ({ proxy }) => proxy.flow({ kind: 'delay', ms: 300 }) }));

checks('dripping', () => endure('dripping', { ...over, begin: ({ proxy }) => proxy.flow({ kind: 'drip', ms: 20 }) }));

checks('black-hole', () => endure('black-hole', { ...over, midst: LONG, begin: ({ proxy }) => proxy.blackHole() }));

checks('parted', () => endure('parted', { ...over, midst: LONG, begin: ({ proxy }) => proxy.flow({ kind: 'hold' }) }));

checks('refused', () =>
  endure('refused', {
    ...over,
    begin({ proxy }) {
      proxy.refuse();
      proxy.reset();
    },
  }),
);

checks('resets', () =>
  endure('resets', { ...over, answers: 'honest', blows: { everyMs: 60, strike: ({ proxy }) => proxy.reset() } }),
);

checks('cuts', () =>
  endure('cuts', {
    ...over,
    answers: 'honest',
    blows: { everyMs: 20, strike: ({ proxy }) => proxy.cutReply(1_000) },
    async before(scene, cache) {
      scene.proxy.cutReply(10_000);
      // Nothing that can be compressed.
      const large = randomBytes(40_000).toString('base64');
      for (let turn = 0; turn < 100; turn++) {
        if (turn % 10 === 5) scene.proxy.cutReply(10_000);
        expect((await cache.getOrSet(`large${turn % 10}`, async () => large)) === large).toBe(true);
        if (turn % 3 === 0) await cache.delete(`large${turn % 7}`);
      }
      await scene.proxy.heal();
      await scene.untilUp(...scene.caches);
    },
  }),
);
