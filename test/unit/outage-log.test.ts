import { describe, expect, it } from '@jest/globals';
import { logOutages } from '../../lib/observability/outage-log.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import { FlakyBackend } from '../../lib/testing/flaky.backend.js';
import { testCache } from '../support/caches.js';

async function rig(standIn?: 'memory' | 'none') {
  const clock = new FakeClock();
  const backend = new FlakyBackend({ clock });
  const { cache } = await testCache({ backend, ...(standIn && { fallback: standIn }) }, clock);
  const lines: string[] = [];
  logOutages(cache, 'flaky', standIn, {
    warn: (line) => lines.push(`WARN ${line}`),
    log: (line) => lines.push(`LOG ${line}`),
  });
  return { backend, cache, clock, lines };
}

describe('logOutages', () => {
  it('writes one line when the backend fails first, and one when it serves again', async () => {
    const { backend, cache, lines } = await rig();
    await cache.set('k', 1);
    backend.fail('all', new Error('connection refused'));
    for (let turn = 0; turn < 20; turn++) await cache.getOrSet('k', () => 1);
    expect(lines).toEqual([
      'WARN Cache "default": flaky fails (connection refused). Until it is back, loaders run instead.',
    ]);
    backend.heal();
    for (let turn = 0; turn < 3; turn++) await cache.getOrSet('k', () => 1);
    expect(lines.slice(1)).toEqual(['LOG Cache "default": flaky serves again.']);
    backend.fail('all', new Error('again'));
    await cache.get('k');
    expect(lines).toHaveLength(3);
  });

  it.each([
    ['memory', 'entries of this process serve'],
    ['none', 'loaders run'],
  ] as const)('says what serves instead: %s', async (standIn, what) => {
    const { backend, cache, clock, lines } = await rig(standIn);
    await cache.set('k', 1);
    backend.fail('all', new Error('connection refused'));
    await cache.delete('k');
    expect(lines).toEqual([
      `WARN Cache "default": flaky is given up for now (connection refused). Until it is back, ${what} instead.`,
    ]);
    backend.heal();
    await clock.advance(1_000);
    expect(lines.slice(1)).toEqual(['LOG Cache "default": flaky serves again.']);
  });

  it('is silent about faults that are not the backend’s', async () => {
    const { cache, lines } = await rig();
    await cache.getOrSet('k', () => () => 1);
    expect(lines).toEqual([]);
  });
});
