import { describe, expect, it } from '@jest/globals';
import type { Change } from '../../../lib/contracts/change-feed.js';
import { Scopes } from '../../../lib/core/scopes.js';
import { wireKey } from '../../../lib/support/wire-key.js';
import { FleetBus } from '../../support/fleet-bus.js';
import { settle } from '../../support/deferred.js';
import { WireFeed } from '../../../lib/wrappers/coherence/wire-feed.js';
import { WireNames } from '../../../lib/wrappers/coherence/wire-names.js';

const LONG = 'n'.repeat(300);

/** A change in few words. */
function tell(change: Change): string {
  if ('id' in change) return `${change.kind} ${change.id}`;
  if (change.kind === 'tag') return `tag ${change.scope.path} ${change.tag}`;
  if (change.kind === 'pattern') return `pattern ${change.scope.path} ${change.pattern}`;
  return 'scope' in change ? `${change.kind} ${change.scope.path}` : change.kind;
}

function open() {
  const scopes = new Scopes('app');
  const { root } = scopes;
  const inner = scopes.tenant(root, 'acme');
  const names = new WireNames(root.path);
  const bus = new FleetBus('tracking', false);
  const feed = new WireFeed(bus, names);
  const told: string[] = [];
  const unsubscribe = feed.subscribe((change) => told.push(tell(change)));
  const hear = async (...keys: string[]): Promise<string[]> => {
    bus.push({ kind: 'keys', keys });
    await settle();
    return told.splice(0);
  };
  return { root, inner, names, bus, feed, told, unsubscribe, hear };
}

describe('the feed of wire keys', () => {
  it('every kind of key is a change of its own, in the order of the keys', async () => {
    const { root, inner, hear } = open();
    const keys = [root, inner].flatMap(({ path }) => [
      wireKey(path, 'v', 'k'),
      wireKey(path, 'l', 'k'),
      wireKey(path, 't', 't'),
      wireKey(path, 't', ''),
      wireKey(path, 's', ''),
    ]);
    expect(await hear(...keys)).toEqual([
      ...['value k', 'lease k', 'tag app t', 'anyTag app', 'scope app'],
      ...[`value ${inner.idOf('k')}`, `lease ${inner.idOf('k')}`],
      ...['tag app@acme t', 'anyTag app@acme', 'scope app@acme'],
    ]);
  });

  it('keys of somebody else are ignored, those beside them are not', async () => {
    const { hear } = open();
    expect(await hear('foreign', 'app:x:{k}', 'app:v:{k}', '')).toEqual(['value k']);
    expect(await hear()).toEqual([]);
  });

  it('a hash that is remembered is what it stands for; one that is not may be anything', async () => {
    const { root, names, hear } = open();
    expect(await hear(wireKey(root.path, 'v', LONG))).toEqual(['everything']);
    names.keyOf(root, 'v', LONG);
    expect(await hear(wireKey(root.path, 'v', LONG), wireKey(root.path, 'l', LONG))).toEqual([
      `value ${LONG}`,
      `lease ${LONG}`,
    ]);
  });

  it('patterns, and everything', async () => {
    const { bus, told } = open();
    bus.push({ kind: 'pattern', path: 'app@acme', pattern: 'u*' });
    bus.push({ kind: 'everything' });
    await settle();
    expect(told).toEqual(['pattern app@acme u*', 'everything']);
  });

  it('a channel that is lost, and back: then everything may have changed; in that order with what is heard', async () => {
    const { bus, feed, told, hear } = open();
    expect(feed.connected).toBe(true);
    bus.push({ kind: 'keys', keys: ['app:v:{j}'] });
    await settle();
    bus.drop();
    expect(feed.connected).toBe(false);
    expect(await hear('app:v:{unheard}')).toEqual(['value j', 'lost']);
    bus.restore();
    expect(feed.connected).toBe(true);
    expect(told.splice(0)).toEqual(['everything']);
    expect(await hear('app:v:{k}')).toEqual(['value k']);
  });

  it("this process's own changes are told at once, and while the channel is lost too", () => {
    const { bus, feed, told } = open();
    feed.own(['app:v:{k}', 'app:l:{k}']);
    expect(told.splice(0)).toEqual(['value k', 'lease k']);
    bus.drop();
    feed.own(['app:l:{k}']);
    expect(told).toEqual(['lost', 'lease k']);
  });

  it('every listener is told, in the order they came, until it leaves or the feed is closed', async () => {
    const { feed, told, unsubscribe, hear } = open();
    const order: string[] = [];
    feed.subscribe((change) => order.push(`second ${tell(change)}`, String(told.length)));
    expect(await hear('app:v:{k}')).toEqual(['value k']);
    expect(order).toEqual(['second value k', '1']);
    unsubscribe();
    unsubscribe();
    expect(await hear('app:v:{k}')).toEqual([]);
    feed.close();
    feed.close();
    await hear('app:v:{k}');
    expect(order).toHaveLength(4);
  });
});
