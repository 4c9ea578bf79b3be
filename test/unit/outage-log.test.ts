import { describe, expect, it } from '@jest/globals';
import { logOutages } from '../../lib/observability/outage-log.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import { FlakyBackend } from '../../lib/testing/flaky.backend.js';
import { testCache } from '../support/caches.js';

async function rig() {
  const clock = new FakeClock();
  const backend = new FlakyBackend({ clock });
  const { cache } = await testCache({ backend }, clock);
  const lines: string[] = [];
  logOutages(cache, 'flaky', { warn: (line) => lines.push(`WARN ${line}`), log: (line) => lines.push(`LOG ${line}`) });
  return { backend, cache, lines };
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

  it('is silent about faults that are not the backend’s', async () => {
    const { cache, lines } = await rig();
    await cache.getOrSet('k', () => () => 1);
    expect(lines).toEqual([]);
  });
});
