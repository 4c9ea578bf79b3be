import { describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { PubSubWay } from '../../../lib/backends/redis/bus/pubsub.way.js';
import { TrackingWay } from '../../../lib/backends/redis/bus/tracking.way.js';
import { deferred, settle } from '../../support/deferred.js';

describe('an attempt to be tracked that was overtaken', () => {
  /** A server that answers each step when it is told to. */
  function stage() {
    const sent: string[] = [];
    const [id, subscribed] = [deferred<number>(), deferred<number>()];
    const subscriber = {
      client: () => (sent.push('id'), id.promise),
      subscribe: () => (sent.push('subscribe'), subscribed.promise),
    };
    const data = { callBuffer: async (...words: string[]) => void sent.push(words.join(' ')) };
    const way = new TrackingWay({
      subscriber: subscriber as unknown as Redis,
      data: [data as unknown as Redis],
      lent: [],
      rootPath: 'p',
      keyPrefix: '',
      messages: new PubSubWay({ subscribe: async () => 1 } as unknown as Redis, 'p', (sender) => sender === 'me'),
    });
    return { sent, id, subscribed, way };
  }

  // Its CLIENT TRACKING would come after that of the next attempt, and name a subscriber that is gone.
  it('sends nothing more once it has subscribed', async () => {
    const { sent, id, subscribed, way } = stage();
    const overtaken = new AbortController();
    const arming = way.arm(overtaken.signal);
    id.resolve(7);
    await settle();
    overtaken.abort();
    subscribed.resolve(1);
    await expect(arming).rejects.toThrow();
    expect(sent).toEqual(['id', 'subscribe']);
  });

  it('remembers no id that came too late', async () => {
    const { sent, id, subscribed, way } = stage();
    const overtaken = new AbortController();
    const arming = way.arm(overtaken.signal);
    overtaken.abort();
    id.resolve(7);
    await expect(arming).rejects.toThrow();
    expect(sent).toEqual(['id']);
    subscribed.resolve(1);
    await way.arm(new AbortController().signal);
    await way.arm(new AbortController().signal);
    const tracking = 'CLIENT TRACKING ON REDIRECT 7 NOLOOP';
    expect(sent.slice(1)).toEqual(['id', 'subscribe', tracking, 'subscribe', tracking]);
  });
});

describe('a lease that is followed no more', () => {
  it('has messages under way that are dropped', async () => {
    const subscriber = { subscribe: async () => 1, unsubscribe: async () => 0 };
    const way = new PubSubWay(subscriber as unknown as Redis, 'p', (sender) => sender === 'me');
    await way.follow('p:l:{a}');
    expect(way.read('p:l:{a}', Buffer.from(''))).toEqual([{ kind: 'keys', keys: ['p:l:{a}'] }]);
    way.unfollow('p:l:{a}');
    expect(way.read('p:l:{a}', Buffer.from(''))).toEqual([]);
  });
});
