import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import type { BusWay } from '../../../lib/backends/redis/bus/bus-way.js';
import { RedisBus } from '../../../lib/backends/redis/bus/redis.bus.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { deferred, settle, type Deferred } from '../../support/deferred.js';

/** A connection whose events the test fires. */
class Line extends EventEmitter {
  status = 'ready';
  readonly disconnect = (): void => this.close();
  ping = async (): Promise<string> => 'PONG';

  close(): void {
    this.status = 'reconnecting';
    this.emit('close');
  }

  open(): void {
    this.status = 'ready';
    this.emit('ready');
  }
}

let subscriber: Line;
let data: Line;
let clock: FakeClock;
let attempts: Deferred<void>[];
let said: string[];
let bus: RedisBus;

beforeEach(() => {
  subscriber = new Line();
  data = new Line();
  clock = new FakeClock();
  attempts = [];
  said = [];
  const way: BusWay = {
    mode: 'tracking',
    needs: [data as unknown as Redis],
    arm: () => {
      const attempt = deferred<void>();
      attempts.push(attempt);
      return attempt.promise;
    },
    forget: () => {},
    read: () => [],
    follow: () => undefined,
    unfollow: () => {},
    flush: async () => void (await subscriber.ping()),
    leave: async () => {},
  };
  bus = new RedisBus({
    subscriber: subscriber as unknown as Redis,
    ways: [way],
    clock,
    onError: (_operation, error) => void said.push(String(error)),
  });
  bus.listen({
    heard: () => {},
    lost: () => void said.push('lost'),
    back: () => void said.push('back'),
  });
});
afterEach(async () => {
  subscriber.status = 'end';
  await bus.close();
  expect(clock.pendingTimers).toBe(0);
  expect(subscriber.listenerCount('ready') + data.listenerCount('close')).toBe(0);
});

const refusal = (): Error => Object.defineProperty(new Error('NOPERM'), 'name', { value: 'ReplyError' });

describe('the state of a bus', () => {
  it('declares the loss within the event', async () => {
    attempts[0]!.resolve();
    await settle();
    expect(said).toEqual(['back']);
    data.close();
    expect(bus.connected).toBe(false);
    expect(said).toEqual(['back', 'lost']);
    subscriber.close();
    data.open();
    expect(attempts).toHaveLength(1);
    subscriber.open();
    expect(attempts).toHaveLength(2);
    expect(said).toEqual(['back', 'lost']);
    attempts[1]!.resolve();
    await settle();
    expect(said).toEqual(['back', 'lost', 'back']);
  });

  it.each(['subscriber', 'data'])('is not connected by an answer that a close has overtaken (%s)', async (which) => {
    attempts[0]!.resolve();
    (which === 'data' ? data : subscriber).close();
    await settle();
    expect(bus.connected).toBe(false);
    expect(said).toEqual([]);
    (which === 'data' ? data : subscriber).open();
    attempts[1]!.resolve();
    await settle();
    expect(said).toEqual(['back']);
  });

  it('is not connected by an answer to the attempt before', async () => {
    data.close();
    data.open();
    attempts[0]!.resolve();
    await settle();
    expect(bus.connected).toBe(false);
    attempts[1]!.resolve();
    await settle();
    expect(said).toEqual(['back']);
  });

  it('tries again, after a while that grows to a second, and names a refusal once', async () => {
    const waits: number[] = [];
    for (let round = 0; round < 5; round++) {
      attempts[round]!.reject(refusal());
      await settle();
      const before = clock.now();
      while (attempts.length === round + 1) await clock.advance(50);
      waits.push(clock.now() - before);
    }
    expect(waits).toEqual([200, 400, 800, 1_000, 1_000]);
    expect(said).toEqual(['ReplyError: NOPERM']);
    attempts[5]!.resolve();
    await settle();
    data.close();
    data.open();
    attempts[6]!.reject(refusal());
    await settle();
    expect(said).toEqual(['ReplyError: NOPERM', 'back', 'lost', 'ReplyError: NOPERM']);
  });

  it('says nothing of a connection that breaks', async () => {
    attempts[0]!.reject(new Error('Connection is closed.'));
    subscriber.emit('error', new Error('ECONNREFUSED'));
    await settle();
    expect(said).toEqual([]);
    subscriber.emit('error', refusal());
    expect(said).toEqual(['ReplyError: NOPERM']);
  });

  it('waits for the server no longer than 400 ms, and for another connection then', async () => {
    await clock.advance(400);
    expect(subscriber.status).toBe('reconnecting');
    attempts[0]!.resolve();
    await settle();
    expect(bus.connected).toBe(false);
    subscriber.open();
    attempts[1]!.resolve();
    await settle();
    expect(said).toEqual(['back']);
  });

  it('pings until one is not answered, then takes another connection', async () => {
    attempts[0]!.resolve();
    await settle();
    await clock.advance(3_000);
    expect(said).toEqual(['back']);
    data.ping = () => new Promise(() => {});
    await clock.advance(700);
    expect(said).toEqual(['back', 'lost']);
    expect([subscriber.status, data.status]).toEqual(['reconnecting', 'ready']);
  });
});
