import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { backendConformance } from '../../lib/testing/backend-conformance.js';
import { MAX_VALUE_BYTES, MemcachedBackend } from '../support/memcached.backend.js';
import { findMemcached, MemcachedServer } from '../support/memcached-server.js';

const file = findMemcached();
const bytes = new TextEncoder().encode('value');

if (!file) {
  describe('MemcachedBackend', () => {
    it.skip('conforms (skipped: no memcached on the PATH; install it to run this suite)', () => {});
  });
} else {
  describe('MemcachedBackend', () => {
    let server: MemcachedServer;
    beforeAll(async () => {
      server = await MemcachedServer.start(file);
    });
    afterAll(() => server.stop());

    backendConformance(() => new MemcachedBackend({ port: server.port, timeoutMs: 300 }), {
      name: 'MemcachedBackend',
      maxValueBytes: MAX_VALUE_BYTES,
      unavailable: async () => {
        await server.freeze();
        return async () => server.thaw();
      },
    });

    it.each([
      [undefined, -1, -1],
      [0.25, 1, 2],
      [59_001, 60, 61],
      [30 * 86_400_000, 30 * 86_400 - 1, 30 * 86_400 + 4],
      [40 * 86_400_000, 40 * 86_400 - 1, 40 * 86_400 + 4],
      [1e15, 1, 2 ** 31],
    ])('gives a ttl of %p ms to the server in its own seconds', async (ttlMs, least, most) => {
      const backend = new MemcachedBackend({ port: server.port });
      await backend.set('ttl', bytes, ttlMs);
      // The meta command answers with the seconds that are left; -1 is for ever.
      const [status, left] = (await server.ask('mg ttl t')).split(' t');
      await backend.close();
      expect(status).toBe('HD');
      expect(Number(left)).toBeGreaterThanOrEqual(least);
      expect(Number(left)).toBeLessThanOrEqual(most);
    });

    it.each(['', 'two words', 'a\r\nflush_all', 'a\0b', 'k'.repeat(251), '\u4e2d'.repeat(84)])(
      'refuses the key %j before it reaches the server',
      async (key) => {
        const backend = new MemcachedBackend({ port: server.port });
        await backend.set('kept', bytes);
        await expect(backend.get(key)).rejects.toThrow('is no key');
        await expect(backend.set(key, bytes)).rejects.toThrow('is no key');
        await expect(backend.delete(key)).rejects.toThrow('is no key');
        expect(await backend.exists('kept')).toBe(true);
        await backend.close();
      },
    );

    it('works again when a server that was frozen, or gone, is back', async () => {
      const backend = new MemcachedBackend({ port: server.port, timeoutMs: 200 });
      await backend.set('before', bytes);
      await server.freeze();
      await expect(Promise.all([backend.get('before'), backend.set('during', bytes)])).rejects.toThrow('no reply');
      server.thaw();
      expect(await backend.exists('before')).toBe(true);

      await server.stop();
      await expect(backend.get('before')).rejects.toThrow();
      await expect(backend.get('before')).rejects.toThrow('ECONNREFUSED');
      await server.start();
      expect(await backend.get('before')).toBeUndefined();
      await backend.close();
      await expect(backend.get('before')).rejects.toThrow('closed');
    });
  });
}
