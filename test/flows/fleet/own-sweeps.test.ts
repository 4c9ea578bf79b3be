import { describe, expect, it } from '@jest/globals';
import { settle } from '../../support/deferred.js';
import { fleets, MODES, type Instance } from '../../support/fleet-caches.js';

const fleet = fleets();

/** What the sweep of values sends. */
const removes = (command: string): boolean => command === 'deleteMany';
const listsValues = (command: string, keys: readonly string[]): boolean =>
  command === 'scan' && keys.some((key) => key.includes(':v:{'));
const looksAt = (key: string) => (command: string, keys: readonly string[]) =>
  command === 'get' && keys[0] === `cache:v:{${key}}`;

describe.each(MODES)('G2 L1 and a sweep of this very process, by %s', (mode) => {
  async function open(): Promise<{ a: Instance; b: Instance }> {
    const { join } = fleet(mode);
    return { a: await join(), b: await join() };
  }

  it('what came into L1 after invalidate(pattern) was called leaves it when the removal is sent', async () => {
    const { a, b } = await open();
    await b.cache.set('k', 'old');
    // A: invalidate('k*'): L1 is emptied, the sweep of values is on its way
    // A: get(k) comes into L1
    // A: UNLINK k is sent, its answer is on its way; the server tells A nothing of that
    //                                                                                  B: delete(k) -> acknowledged
    const scan = a.client.hold('requests', listsValues);
    const answer = a.client.hold('answers', removes);
    const swept = a.cache.invalidate('k*');
    await settle();
    expect(scan.count).toBe(1);
    expect(await a.cache.get('k')).toBe('old');
    expect(a.cache.peek('k')).toBe('old');
    await scan.release();
    expect(answer.count).toBe(1);
    await b.cache.delete('k');
    expect(a.cache.peek('k')).toBeUndefined();
    expect(await a.cache.get('k')).toBeUndefined();
    await answer.release();
    expect(await swept).toBe(1);
  });

  it('what came into L1 while its removal was on its way leaves it when that is done', async () => {
    const { a, b } = await open();
    await b.cache.set('k', 'old');
    // A: invalidate('k*'): UNLINK k is on its way
    // A: get(k) overtakes it, and comes into L1
    // A: UNLINK k lands; that the sweep is through is not told yet
    //                                                               B: delete(k) -> acknowledged
    const unlink = a.client.hold('requests', removes);
    const told = a.client.hold('requests', (command) => command === 'tellPattern');
    const swept = a.cache.invalidate('k*');
    await settle();
    expect(unlink.count).toBe(1);
    expect(await a.cache.get('k')).toBe('old');
    await unlink.release();
    expect(told.count).toBe(1);
    await b.cache.delete('k');
    expect(a.cache.peek('k')).toBeUndefined();
    expect(await a.cache.get('k')).toBeUndefined();
    await told.release();
    expect(await swept).toBe(1);
  });

  it('the sweep behind a clear takes away what another process has stored anew: L1 drops it when that is sent', async () => {
    const { a, b } = await open();
    await b.cache.set('k', 'old');
    // A: clear(): behind it, the sweep looks at k, finds an entry of before the clear; the answer is on its way
    //                                                                        B: stores k anew
    // A: k comes into L1
    // A: UNLINK k is sent, its answer is on its way
    //                                                                        B: delete(k) -> acknowledged; A is told nothing
    const look = a.client.hold('answers', looksAt('k'));
    const answer = a.client.hold('answers', removes);
    expect(await a.cache.clear()).toBe(true);
    await settle();
    expect(look.count).toBe(1);
    await b.cache.set('k', 'new');
    expect((await a.cache.getMany(['k', 'other'])).get('k')).toBe('new');
    expect(a.cache.peek('k')).toBe('new');
    await look.release();
    expect(answer.count).toBe(1);
    await b.cache.delete('k');
    expect(a.cache.peek('k')).toBeUndefined();
    expect(await a.cache.get('k')).toBeUndefined();
    await answer.release();
  });

  it('the same while that removal is on its way: L1 drops it when that is done', async () => {
    const { a, b } = await open();
    await b.cache.set('k', 'old');
    const unlink = a.client.hold('requests', removes);
    expect(await a.cache.clear()).toBe(true);
    await settle();
    expect(unlink.count).toBe(1);
    await b.cache.set('k', 'new');
    expect(await a.cache.get('k')).toBe('new');
    await unlink.release();
    await b.cache.delete('k');
    expect(a.cache.peek('k')).toBeUndefined();
    expect(await a.cache.get('k')).toBeUndefined();
  });

  it('the sweep behind a clear leaves what this process itself has stored anew', async () => {
    const { a, b } = await open();
    await b.cache.set('k', 'old');
    // A: clear(): behind it, the sweep has looked at k; the answer is on its way
    // A: stores k anew
    // A: the sweep goes on
    const look = a.client.hold('answers', looksAt('k'));
    expect(await a.cache.clear()).toBe(true);
    await settle();
    expect(look.count).toBe(1);
    await a.cache.set('k', 'new');
    await look.release();
    expect(a.cache.peek('k')).toBe('new');
    expect(await b.cache.get('k')).toBe('new');
  });
});
