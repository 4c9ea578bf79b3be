import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryBackend } from '../../../lib/backends/memory/memory.backend.js';
import type { Change } from '../../../lib/contracts/change-feed.js';
import { Scopes } from '../../../lib/core/scopes.js';
import { createIsolation } from '../../../lib/support/isolation.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { Aside } from '../../../lib/wrappers/resilient/aside.js';

const { root } = new Scopes('app');
const isolation = createIsolation('clone', 'plain');
const address = { scope: root, key: 'k', id: root.idOf('k') };

let clock: FakeClock;
let aside: Aside;
beforeEach(() => {
  clock = new FakeClock();
  const open = (): MemoryBackend => new MemoryBackend({ maxEntries: 10, maxBytes: 10_000 }, clock, () => {});
  aside = new Aside(open, clock, 30_000);
});

const draft = () => ({
  ...{ kept: isolation.keep('value'), tags: [], loadTime: 0 },
  ...{ createdAt: clock.now(), staleAt: Infinity, expiresAt: Infinity },
});

describe('a value on its way into the fallback', () => {
  it('is kept where nothing has come between', () => {
    const stamp = aside.stamp(root, []);
    expect(aside.set(address, draft(), stamp)).toBe(true);
    expect(aside.look(address, []).entry?.staleAt).toBe(clock.now() + 30_000);
  });

  const changes: Change[] = [
    { kind: 'value', id: address.id },
    { kind: 'value', id: 'another' },
    { kind: 'tag', scope: root, tag: 't' },
    { kind: 'anyTag', scope: root },
    { kind: 'pattern', scope: root, pattern: 'x*' },
    { kind: 'scope', scope: root },
    { kind: 'everything' },
  ];
  it.each(changes)('is not kept when another process has changed anything since its load began: $kind', (change) => {
    const stamp = aside.stamp(root, []);
    const wide = aside.widen(root, stamp, ['t'])!;
    aside.apply(change);
    expect([aside.set(address, draft(), stamp), aside.set(address, draft(), wide)]).toEqual([false, false]);
    expect(aside.set(address, draft(), aside.stamp(root, []))).toBe(true);
  });

  it.each<Change>([{ kind: 'lost' }, { kind: 'lease', id: address.id }])(
    'is kept when nothing was changed: $kind',
    (change) => {
      const stamp = aside.stamp(root, []);
      aside.apply(change);
      expect(aside.set(address, draft(), stamp)).toBe(true);
    },
  );

  it('is not kept in the fallback of the next outage, nor widened there', () => {
    const stamp = aside.stamp(root, []);
    aside.renew();
    expect([aside.set(address, draft(), stamp), aside.widen(root, stamp, ['t'])]).toEqual([false, undefined]);
    expect(aside.owns(stamp)).toBe(true);
  });
});
