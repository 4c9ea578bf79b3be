import { expect } from '@jest/globals';
import { checks } from './checks.js';
import { endure, type Ordeal } from './ordeal.js';
import type { Scene } from './scene.js';

const heal = ({ proxy }: Scene): Promise<void> => proxy.heal();
const over: Omit<Ordeal, 'begin'> = { network: true, answers: 'queued', keeps: true, end: heal };

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

/** Does it every so often, until it is told to cease. */
function repeatedly(ms: number, work: (scene: Scene) => void): Pick<Ordeal, 'begin' | 'end'> {
  let timer: NodeJS.Timeout | undefined;
  return {
    begin: (scene) => void (timer = setInterval(() => work(scene), ms)),
    end: (scene) => {
      clearInterval(timer);
      return heal(scene);
    },
  };
}

const fitful: Omit<Ordeal, 'begin'> = { ...over, answers: 'honest', fitful: true };

checks('resets', () => endure('resets', { ...fitful, ...repeatedly(60, ({ proxy }) => proxy.reset()) }));

checks('cuts', () =>
  endure('cuts', {
    ...fitful,
    ...repeatedly(20, ({ proxy }) => proxy.cutReply(1_000)),
    async during(_, cache) {
      const large = 'x'.repeat(50_000);
      for (let turn = 0; turn < 100; turn++) {
        expect((await cache.getOrSet(`large${turn % 10}`, async () => large)) === large).toBe(true);
        if (turn % 10 === 0) await cache.delete('large5');
      }
    },
  }),
);
