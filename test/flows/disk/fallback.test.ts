import { rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { until } from '../../support/deferred.js';
import { DISK_PLACES, diskFleets } from '../../support/disk-fleet.js';

const fleet = diskFleets();

describe.each(DISK_PLACES)('a fallback for a cache on disk, %s', (backend) => {
  it('serves while there is no file, and what was taken away meanwhile stays away', async () => {
    const { clock, directory, join } = await fleet();
    const [a, b] = [await join({ backend, fallback: 'memory' }), await join({ backend })];
    await a.set('k', 1);
    expect(await b.get('k')).toBe(1);
    expect((await a.healthCheck()).status).toBe('up');
    // A file in place of the directory: nothing can be opened there.
    rmSync(directory, { recursive: true });
    writeFileSync(directory, '');
    await until(() => !a.cache.parts.feed.connected);
    expect(await a.getOrSet('new', () => 2)).toBe(2);
    expect(await a.delete('k')).toBe(false);
    expect(await a.get('k')).toBeUndefined();
    rmSync(directory);
    let status: string;
    do {
      await clock.advance(1_000);
      ({ status } = await a.healthCheck());
    } while (status !== 'up');
    await until(() => b.cache.parts.feed.connected);
    expect(await a.set('k', 3)).toBe(true);
    expect(await b.get('k')).toBe(3);
  });
});
