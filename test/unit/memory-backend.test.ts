import { describe, expect, it } from '@jest/globals';
import { MemoryBackend } from '../../lib/backends/memory/memory.backend.js';
import { MemoryVersions, standing } from '../../lib/backends/memory/memory-versions.js';
import { Scopes } from '../../lib/core/scopes.js';
import { createIsolation } from '../../lib/support/isolation.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';

const isolation = createIsolation('clone', 'plain');
const scopes = new Scopes('cache');
const { root } = scopes;
const acme = scopes.tenant(root, 'acme');

describe('MemoryBackend', () => {
  const rig = () => {
    const store = new MemoryBackend({ maxEntries: 10, maxBytes: 10_000 }, new FakeClock(), () => {});
    const address = { scope: acme, key: 'k', id: acme.idOf('k') };
    const times = { createdAt: 0, staleAt: Infinity, expiresAt: Infinity, loadTime: 0 };
    const draft = { ...times, tags: ['t'], kept: isolation.keep('value') };
    return { store, address, draft };
  };

  it.each<[string, (store: MemoryBackend) => void]>([
    ['the tag', (store) => store.invalidateTags(acme, ['t'])],
    ['the tenant', (store) => store.clear(acme)],
    ['the namespace above', (store) => store.clear(root)],
  ])('refuses a draft whose stamp fell with %s', (_, invalidate) => {
    const { store, address, draft } = rig();
    const stamp = store.widen(acme, store.stamp(acme, []), ['t']);
    invalidate(store);
    expect(store.set(address, draft, stamp)).toBe(false);
    expect(store.set(address, draft, store.stamp(acme, ['t']))).toBe(true);
    expect(store.peek(address.id)?.read()).toBe('value');
  });

  it('says why an entry is not handed out', () => {
    const { store, address, draft } = rig();
    store.set(address, draft, store.stamp(acme, ['t']));
    store.invalidateTags(acme, ['t']);
    expect(store.look(address)).toMatchObject({ entry: undefined, rejected: 'tag' });
    store.set(address, { ...draft, expiresAt: 0 }, store.stamp(acme, ['t']));
    expect(store.look(address)).toMatchObject({ entry: undefined, rejected: 'expired' });
    expect(store.look(address)).toEqual({ entry: undefined, versions: undefined });
  });
});

describe('MemoryVersions', () => {
  it('forgets the least recently used, and what it forgets has fallen', () => {
    const versions = new MemoryVersions(2, 2);
    const stamps = ['a', 'b'].map((tag) => versions.stamp(root, [tag]));
    versions.stamp(root, ['a']);
    versions.stamp(root, ['c']);
    expect(stamps.map(({ scope, cells }) => standing(scope, cells))).toEqual([true, false]);
    const tenants = ['x', 'y'].map((name) => versions.stamp(scopes.tenant(root, name), []));
    versions.stamp(root, []);
    versions.stamp(scopes.tenant(root, 'z'), []);
    expect(tenants.map(({ scope, cells }) => standing(scope, cells))).toEqual([false, false]);
  });
});
