import { describe, expect, it } from '@jest/globals';
import { fleets, MODES } from '../../support/fleet-caches.js';

const start = fleets();
const small = (key: string): boolean => key.startsWith('small:');

describe.each(MODES)('memory.admit, over %s', (mode) => {
  it('decides what Redis has that is kept in the process too: of what is written, loaded and found', async () => {
    const fleet = start(mode);
    const { cache: writer } = await fleet.join({ memory: { admit: small } });
    const { cache: reader } = await fleet.join({ memory: { admit: small } });
    for (const key of ['small:a', 'large:a']) {
      await writer.set(key, 'written');
      await writer.getOrSet(`${key}:loaded`, () => 'loaded');
      expect(await reader.get(key)).toBe('written');
      expect(await reader.get(`${key}:loaded`)).toBe('loaded');
    }
    for (const cache of [writer, reader]) {
      expect(cache.peek('small:a')).toBe('written');
      expect(cache.peek('small:a:loaded')).toBe('loaded');
      expect(cache.peek('large:a')).toBeUndefined();
      expect(cache.peek('large:a:loaded')).toBeUndefined();
      expect(await cache.get('large:a')).toBe('written');
    }
  });

  it('is asked with the logical key, also of a tenant', async () => {
    const asked: string[] = [];
    const { cache } = await start(mode).join({ memory: { admit: (key) => asked.push(key) > 0 } });
    await cache.forTenant('acme').set('a:b', 1);
    expect(asked).toEqual(['a:b']);
    expect(cache.forTenant('acme').peek('a:b')).toBe(1);
  });

  it('says no when it throws, and fails nobody', async () => {
    const admit = (): never => {
      throw new Error('no idea');
    };
    const { cache } = await start(mode).join({ memory: { admit } });
    expect(await cache.set('k', 1)).toBe(true);
    expect(cache.peek('k')).toBeUndefined();
    expect(await cache.get('k')).toBe(1);
  });
});
