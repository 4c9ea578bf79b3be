import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { CacheUsageError } from '../../../lib/support/errors.js';
import { everyStore } from '../../support/every-store.js';

const { stores } = everyStore();

/** Everything that separates, escapes or globs somewhere on the way of a name to a key. */
const hostile = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'a/b',
    'a@b',
    '@a',
    'a:v:{k}',
    '{a}',
    '}',
    '%',
    '%40',
    '~',
    '*',
    '?',
    '[ab]',
    '\\',
    '__proto__',
  ),
  fc.constantFrom(
    '\0',
    '\0a',
    '\0\0',
    'a\0b',
    '\r\nDEL k',
    ' ',
    '\ud800',
    '\ufffd',
    'é',
    'e\u0301',
    'A',
    'constructor',
    'x'.repeat(300),
  ),
  fc.string({ minLength: 1, maxLength: 8, unit: 'binary' }),
  fc.string({ minLength: 1, maxLength: 4 }).map((text) => `cache@${text}`),
);

interface Place {
  readonly namespaces: readonly string[];
  readonly tenant: string | undefined;
}

const place: fc.Arbitrary<Place> = fc.record({
  namespaces: fc.array(hostile, { maxLength: 2 }),
  tenant: fc.option(hostile, { nil: undefined }),
});

function at(root: CacheManager, { namespaces, tenant }: Place): CacheManager {
  const scope = namespaces.reduce((manager, name) => manager.forNamespace(name), root);
  return tenant === undefined ? scope : scope.forTenant(tenant);
}

const same = (one: Place, other: Place): boolean => JSON.stringify(spell(one)) === JSON.stringify(spell(other));
/** JSON replaces nothing that tells two names apart: lone surrogates are escaped, and so on. */
const spell = ({ namespaces, tenant }: Place): unknown => [namespaces, tenant ?? null];

/** Whether a clear of `one` is meant to take `other` along: a namespace its own, a tenant what is that tenant's. */
function takes(one: Place, other: Place): boolean {
  const within = one.namespaces.every((name, index) => other.namespaces[index] === name);
  return within && (one.tenant === undefined || one.tenant === other.tenant);
}

describe.each(stores)('G5, no leaks between tenants and namespaces, over $name', ({ name, canList, make }) => {
  const runs = name === 'redis' || name === 'disk' ? 40 : 200;

  it('shares nothing between two places, however they and their keys are spelled', async () => {
    const { cache } = await make();
    await fc.assert(
      fc.asyncProperty(place, hostile, place, hostile, async (one, oneKey, other, otherKey) => {
        fc.pre(!same(one, other) || oneKey !== otherKey);
        const [mine, theirs] = [at(cache, one), at(cache, other)];
        await theirs.delete(otherKey);
        await mine.set(oneKey, 'mine', { tags: [oneKey] });
        expect(await theirs.get(otherKey)).toBeUndefined();
        expect(theirs.peek(otherKey)).toBeUndefined();
        await theirs.set(otherKey, 'theirs', { tags: [oneKey] });
        expect(await mine.get(oneKey)).toBe('mine');
        await mine.delete(oneKey);
        expect(await theirs.get(otherKey)).toBe('theirs');
      }),
      { numRuns: runs },
    );
  });

  it('lets no tag, pattern or clear reach over the border', async () => {
    const { cache } = await make();
    await fc.assert(
      fc.asyncProperty(place, place, hostile, async (one, other, key) => {
        fc.pre(!same(one, other));
        const [mine, theirs] = [at(cache, one), at(cache, other)];
        await theirs.set(key, 'theirs', { tags: ['t', key] });
        await mine.invalidateTags('t', key);
        await mine.invalidate('*');
        expect(await theirs.get(key)).toBe('theirs');
        await mine.clear();
        expect(await theirs.get(key)).toBe(takes(one, other) ? undefined : 'theirs');
      }),
      { numRuns: runs },
    );
  });

  if (canList) {
    it('lists only what lies in the place', async () => {
      const { cache } = await make();
      await fc.assert(
        fc.asyncProperty(place, place, hostile, hostile, async (one, other, key, otherKey) => {
          fc.pre(!same(one, other));
          const [mine, theirs] = [at(cache, one), at(cache, other)];
          await cache.clear();
          await mine.set(key, 1);
          await theirs.set(otherKey, 1);
          const keys: string[] = [];
          for await (const found of mine.keys()) keys.push(found);
          expect(keys).toEqual([key]);
        }),
        { numRuns: runs / 2 },
      );
    });
  }

  it('refuses a tenant or namespace without a name instead of sharing one', async () => {
    const { cache } = await make();
    for (const nobody of ['', undefined, null, 7, {}]) {
      expect(() => cache.forTenant(nobody as string)).toThrow(CacheUsageError);
      expect(() => cache.forNamespace(nobody as string)).toThrow(CacheUsageError);
    }
  });

  it('counts each tenant for itself', async () => {
    const { cache } = await make();
    const [acme, umbrella] = [cache.forTenant('acme'), cache.forTenant('umbrella')];
    await acme.getOrSet('k', () => 1);
    await acme.getOrSet('k', () => 1);
    await umbrella.get('k');
    expect(acme.getStats()).toMatchObject({ hits: 1, misses: 1, loads: 1 });
    expect(umbrella.getStats()).toMatchObject({ hits: 0, misses: 1, loads: 0 });
    expect(cache.getStats()).toMatchObject({ hits: 1, misses: 2, loads: 1 });
  });
});
