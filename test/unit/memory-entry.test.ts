import { describe, expect, it } from '@jest/globals';
import { entryOf, type MemoryEntry } from '../../lib/backends/memory/memory-entry.js';
import type { MemoryShape } from '../../lib/backends/memory/memory-shape.js';
import { Usages } from '../../lib/backends/memory/memory-usage.js';
import { MemoryVersions } from '../../lib/backends/memory/memory-versions.js';
import { MemoryBackend } from '../../lib/backends/memory/memory.backend.js';
import type { Kept } from '../../lib/contracts/entry.js';
import { Scopes } from '../../lib/core/scopes.js';
import { createIsolation } from '../../lib/support/isolation.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';

const scopes = new Scopes('cache');
const { root } = scopes;
const acme = scopes.tenant(root, 'acme');
const NOW = Math.floor(performance.timeOrigin) + 1_000;

function entryWith(times: Partial<Record<'createdAt' | 'staleAt' | 'expiresAt' | 'loadTime', number>>): MemoryEntry {
  const kept = createIsolation('share', 'plain').keep('value');
  const draft = { createdAt: NOW, staleAt: NOW + 10, expiresAt: NOW + 20, loadTime: 0, ...times, tags: [], kept };
  return entryOf('k', draft, shapeOf(kept));
}

function shapeOf({ handing }: Kept): MemoryShape {
  return new MemoryVersions(9, 9).stamp(root, []).scope.shapes.of(handing);
}

describe('MemoryEntry', () => {
  it('keeps whole instants as they are, near and far', () => {
    const far = { createdAt: 5, staleAt: NOW + 1e12, expiresAt: Infinity, loadTime: 7 };
    for (const times of [{}, far, { staleAt: Infinity, expiresAt: Infinity }, { staleAt: -1, expiresAt: 0 }]) {
      expect(entryWith(times)).toMatchObject(times);
    }
  });

  it('lets nothing live longer by counting in whole milliseconds', () => {
    const entry = entryWith({ createdAt: NOW + 0.4, staleAt: NOW + 10.9, expiresAt: NOW + 20.9, loadTime: 0.2 });
    expect(entry).toMatchObject({ createdAt: NOW + 1, staleAt: NOW + 10, expiresAt: NOW + 20, loadTime: 1 });
    entry.staleAt = NOW + 5.5;
    expect(entry).toMatchObject({ staleAt: NOW + 5, expiresAt: NOW + 20 });
  });

  it('gives one promise to all who come later where all get one value, and else one to each', async () => {
    const times = { createdAt: NOW, staleAt: Infinity, expiresAt: Infinity, loadTime: 0 };
    for (const [mode, value, isOne] of [
      ['share', [1], true],
      ['freeze', [1], true],
      ['freeze', [new Date()], false],
      ['clone', [1], false],
      ['clone', 'text', true],
    ] as const) {
      const kept = createIsolation(mode, 'plain').keep(value);
      const entry = entryOf('k', { ...times, tags: [], kept }, shapeOf(kept));
      // Who reads first may be the only one.
      const first = entry.promise();
      expect(await first).toEqual(value);
      expect([mode, value, entry.promise() === entry.promise()]).toEqual([mode, value, isOne]);
      expect([entry.read(), await entry.promise()]).toEqual([value, value]);
    }
  });
});

describe('the keys of MemoryBackend', () => {
  it.each([
    ['the root', root],
    ['a tenant', acme],
    ['a nested namespace', scopes.nested(root, 'orders')],
  ])('come back from their ids in %s, however they are spelled', async (_, scope) => {
    const evicted: string[] = [];
    const store = new MemoryBackend({ maxEntries: 5, maxBytes: 1e6 }, new FakeClock(), (at, key) =>
      evicted.push(`${at.path} ${key}`),
    );
    const kept = createIsolation('clone', 'plain').keep(1);
    const draft = { kept, tags: [], createdAt: 0, staleAt: Infinity, expiresAt: Infinity, loadTime: 0 };
    const keys = ['plain', '\0', '\0\0', '\0cache@acme\0k', 'ü'];
    for (const key of keys) store.set({ scope, key, id: scope.idOf(key) }, draft, store.stamp(scope, []));
    const listed: string[] = [];
    for await (const key of store.keys(scope, undefined)) listed.push(key);
    expect(listed).toEqual(keys.toReversed());
    for (const key of ['1', '2', '3', '4', '5'])
      store.set({ scope, key, id: scope.idOf(key) }, draft, store.stamp(scope, []));
    expect(evicted).toEqual(keys.map((key) => `${scope.path} ${key}`));
    expect(store.usage(scope).entries).toBe(5);
  });

  it('takes its own stamp for each load, and one shape for all that it keeps without tags', () => {
    const versions = new MemoryVersions(9, 9);
    const [one, two] = [versions.stamp(acme, []), versions.stamp(acme, [])];
    expect(one).not.toBe(two);
    const { handing } = createIsolation('clone', 'plain').keep(1);
    expect(one.scope.shapes.of(handing)).toBe(two.scope.shapes.of(handing));
    versions.clear(root);
    expect([one.scope.stands, versions.stamp(acme, []).scope.stands]).toEqual([false, true]);
  });
});

describe('Usages', () => {
  it('counts each scope with all below it, and forgets those without entries', () => {
    const usages = new Usages();
    const items = [
      { scope: root, bytes: 1 },
      { scope: acme, bytes: 10 },
      { scope: scopes.tenant(root, 'globex'), bytes: 100 },
      { scope: acme, bytes: 1_000 },
    ];
    for (const item of items) usages.add(item);
    expect(usages.total(undefined)).toEqual({ entries: 4, bytes: 1_111 });
    expect(usages.total(root)).toEqual({ entries: 4, bytes: 1_111 });
    expect(usages.total(acme)).toEqual({ entries: 2, bytes: 1_010 });
    for (const item of items.slice(1)) usages.remove(item);
    expect(usages.total(acme)).toEqual({ entries: 0, bytes: 0 });
    expect(usages.total(undefined)).toEqual({ entries: 1, bytes: 1 });
    usages.add(items[1]!);
    expect(usages.total(acme)).toEqual({ entries: 1, bytes: 10 });
    usages.clear();
    expect(usages.total(undefined)).toEqual({ entries: 0, bytes: 0 });
  });
});
