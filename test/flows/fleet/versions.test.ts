import { describe, expect, it } from '@jest/globals';
import { deferred, settle } from '../../support/deferred.js';
import { fleets } from '../../support/fleet-caches.js';
import { PLACES, sentBy } from './scene.js';

const fleet = fleets();
const tags = ['t'];

describe.each(PLACES)('versions at hand, $backend by $mode', ({ mode, backend }) => {
  async function open() {
    const { join, server } = fleet(mode);
    return { a: await join({ backend }), b: await join({ backend }), server };
  }

  it('a hit in L2 is one command with one key; one in L1 is none', async () => {
    const { a, b } = await open();
    for (const key of ['j', 'k']) await a.cache.getOrSet(key, () => key, { tags });
    await b.cache.getOrSet('j', () => '', { tags });
    expect(await sentBy(b, () => b.cache.getOrSet('k', () => '', { tags }))).toEqual(['get cache:v:{k}']);
    const again = backend === 'tiered' ? [] : ['get cache:v:{k}'];
    expect(await sentBy(b, () => b.cache.getOrSet('k', () => '', { tags }))).toEqual(again);
    expect(await sentBy(b, () => b.cache.get('k'))).toEqual(again);
    expect(await sentBy(a, () => a.cache.getOrSet('k', () => '', { tags }))).toEqual(again);
  });

  it('a batch of hits in L2 is one command with a key each', async () => {
    const { a, b } = await open();
    for (const key of ['i', 'j', 'k']) await a.cache.getOrSet(key, () => key, { tags });
    await b.cache.get('i');
    const sent = await sentBy(b, () => b.cache.getMany(['j', 'k']));
    expect(sent).toEqual(['getMany cache:v:{j} cache:v:{k}']);
  });

  it('a load with versions at hand: look, lease, fill', async () => {
    const { a } = await open();
    await a.cache.getOrSet('j', () => 1, { tags });
    const sent = await sentBy(a, () => a.cache.getOrSet('k', () => 2, { tags }));
    expect(sent).toEqual(['get cache:v:{k}', 'lease cache:v:{k} cache:l:{k}', 'fill cache:v:{k} cache:l:{k}']);
  });

  it("another process's bump drops them: the next look asks for the tag again, and only for that", async () => {
    const { a, b } = await open();
    await a.cache.getOrSet('k', () => 'old', { tags });
    await a.cache.getOrSet('other', () => 'kept', { tags: ['u'] });
    expect(await b.cache.get('k')).toBe('old');
    expect(await b.cache.get('other')).toBe('kept');
    await a.cache.invalidateTags('t');
    const sent = await sentBy(b, async () => expect(await b.cache.get('k')).toBeUndefined());
    expect(sent.join()).toContain('cache:t:{t}');
    expect(sent.join()).not.toContain('cache:s:');
    expect(await b.cache.get('other')).toBe('kept');
    expect(await a.cache.get('other')).toBe('kept');
  });

  it('a clear drops the version of its scope, in every process', async () => {
    const { a, b } = await open();
    const [inner, outer] = [b.cache.forTenant('acme'), b.cache.forTenant('other')];
    await inner.getOrSet('k', () => 'old');
    await outer.getOrSet('k', () => 'kept');
    await a.cache.forTenant('acme').clear();
    expect(inner.peek('k')).toBeUndefined();
    expect(await inner.get('k')).toBeUndefined();
    expect(await outer.get('k')).toBe('kept');
    await a.cache.clear();
    expect(await outer.get('k')).toBeUndefined();
  });

  it('a bump while a look at the version is on its way: the old one is not kept', async () => {
    const { a, b } = await open();
    await a.cache.getOrSet('k', () => 'old', { tags });
    // B looks; key and versions are on their way
    //                                             A: the tag is bumped, B is told
    // B has the answers
    const answers = b.client.hold('answers');
    const one = b.cache.getOrSet('k', () => 'new', { tags });
    await settle();
    const bumped = a.cache.invalidateTags('t');
    await settle();
    expect(await bumped).toBe(true);
    await answers.release();
    await one;
    expect(b.cache.peek('k')).not.toBe('old');
    expect(await b.cache.get('k')).not.toBe('old');
    expect(await b.cache.getOrSet('k', () => 'new', { tags })).toBe('new');
    expect(await a.cache.get('k')).toBe('new');
  });

  it('a tag that one process makes does not cost another its loads', async () => {
    const { a, b } = await open();
    const [first, second] = [deferred<void>(), deferred<void>()];
    // A and B load under tags that nobody has used before, one of which their loaders add
    const one = a.cache.getOrSet('j', async ({ setTags }) => (await first.promise, setTags('added'), 'j'), { tags });
    await settle();
    const two = b.cache.getOrSet('k', async ({ setTags }) => (await second.promise, setTags('added'), 'k'), {
      tags: ['u'],
    });
    await settle();
    first.resolve();
    expect(await one).toBe('j');
    second.resolve();
    expect(await two).toBe('k');
    for (const { cache } of [a, b]) {
      expect(await cache.get('j')).toBe('j');
      expect(await cache.get('k')).toBe('k');
    }
    expect(await b.cache.getOrSet('l', () => 'l', { tags: ['t', 'added', 'v'] })).toBe('l');
    expect(await a.cache.get('l')).toBe('l');
  });

  it('two processes that make the versions of a scope and a tag at once agree on them', async () => {
    const { a, b } = await open();
    const makings = [a, b].map(({ client }) => client.hold('requests', (command) => command === 'ensure'));
    const calls = [a.cache.getOrSet('j', () => 'j', { tags }), b.cache.getOrSet('k', () => 'k', { tags })];
    await settle();
    for (const making of makings) await making.release();
    expect(await Promise.all(calls)).toEqual(['j', 'k']);
    for (const { cache } of [a, b]) expect(await cache.getMany(['j', 'k'])).toEqual(new Map([['j', 'j'], ['k', 'k']])); // prettier-ignore
  });

  it('a process that has lengthened the life of a version still hears when that is bumped', async () => {
    const { a, b } = await open();
    // A fills for longer than the version was made for: the version is given more time, by a write of A's own
    //                                                     B: the tag is bumped
    await a.cache.getOrSet('k', () => 'old', { tags, ttl: '20d' });
    await settle();
    expect(a.client.sent.map(({ command }) => command)).toContain('touch');
    await b.cache.invalidateTags('t');
    expect(a.cache.peek('k')).toBeUndefined();
    expect(await a.cache.get('k')).toBeUndefined();
  });

  it('a version that is lost on the server makes misses, and the next load a new one', async () => {
    const { a, b } = await open();
    await a.cache.getOrSet('k', () => 'old', { tags });
    await b.client.backend.delete('cache:t:{t}');
    await b.client.backend.delete('cache:s:{%}');
    expect(await b.cache.get('k')).toBeUndefined();
    expect(await b.cache.getOrSet('k', () => 'new', { tags })).toBe('new');
    expect(await b.cache.get('k')).toBe('new');
    // Plain commands are told only where the server itself tells of every change.
    if (mode === 'tracking') expect(await a.cache.get('k')).toBe('new');
  });
});
