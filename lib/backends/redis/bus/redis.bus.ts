import type { Redis } from 'ioredis';
import type { Clock, Timer } from '../../../contracts/clock.js';
import type { BusListener, BusMessage, InvalidationBus } from '../../../contracts/invalidation-bus.js';
import { CacheBackendError, CacheTimeoutError } from '../../../support/errors.js';
import { withTimeLimit } from '../../../support/time-limit.js';
import { bareError } from '../bare-error.js';
import { closeRedis } from '../redis-client.js';
import { Attention } from './attention.js';
import type { BusWay } from './bus-way.js';
import { Pulse } from './pulse.js';

/** How long the server may take to agree to something, in milliseconds. */
const ANSWER_LIMIT = 400;
const FIRST_RETRY = 200;
const LAST_RETRY = 1_000;

export interface BusParts {
  /** A connection of its own, closed with the bus. */
  readonly subscriber: Redis;
  /** The best first: the next one serves where a server refuses the one before it. */
  readonly ways: readonly [BusWay, ...BusWay[]];
  readonly clock: Clock;
  /** Told once, until the bus was connected again, when the server refuses every way. */
  readonly onError: (operation: string, error: unknown) => void;
}

/**
 * Hears of changes over a subscriber's connection: the state of it, whatever the way.
 *
 * Not connected -> (every needed connection is ready, the server has agreed) -> connected -> (any of them closes, or does
 * not answer) -> not connected. The loss is declared within the event itself, before any read over a new connection.
 */
export class RedisBus implements InvalidationBus {
  readonly #listeners = new Set<BusListener>();
  readonly #attention = new Attention();
  readonly #pulse: Pulse;
  readonly #unwatch: (() => void)[] = [];
  #way: BusWay;
  /** The attempt to agree that counts; an earlier one must neither go on nor declare anything. */
  #arming: AbortController | undefined;
  #retry: Timer | undefined;
  #retryDelay = FIRST_RETRY;
  #connected = false;
  #reported = false;
  #closed = false;

  constructor(private readonly parts: BusParts) {
    this.#way = parts.ways[0];
    this.#pulse = new Pulse(parts.clock, () => this.#unanswered());
    for (const client of new Set([parts.subscriber, ...parts.ways.flatMap(({ needs }) => needs)])) this.#watch(client);
    this.#hearFrom(parts.subscriber);
    void this.#arm();
  }

  get connected(): boolean {
    return this.#connected;
  }

  get mode(): InvalidationBus['mode'] {
    return this.#connected ? this.#way.mode : undefined;
  }

  listen(listener: BusListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  attend(leaseKey: string): () => void {
    this.#attention.add(leaseKey);
    if (this.#connected) this.#confirm(leaseKey, this.#way.follow(leaseKey));
    let attending = true;
    return () => {
      if (!attending) return;
      attending = false;
      this.#attention.remove(leaseKey);
      if (this.#connected && !this.#attention.has(leaseKey)) this.#way.unfollow(leaseKey);
    };
  }

  async barrier(): Promise<void> {
    const agreed = this.#arming;
    if (!this.#connected) throw new CacheBackendError('Redis: the channel of invalidations is not connected.');
    await this.#way.flush();
    if (agreed !== this.#arming) throw new CacheBackendError('Redis: the channel of invalidations broke.');
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#listeners.clear();
    this.#lose();
    for (const unwatch of this.#unwatch) unwatch();
    await Promise.all([
      withTimeLimit(this.parts.clock, 'CLIENT TRACKING OFF', ANSWER_LIMIT, this.#way.leave()).catch(() => {}),
      closeRedis(this.parts.subscriber),
    ]);
  }

  #watch(client: Redis): void {
    const close = (): void => this.#broke(client);
    const ready = (): void => this.#ready(client);
    client.on('close', close).on('ready', ready);
    this.#unwatch.push(() => void client.off('close', close).off('ready', ready));
  }

  #hearFrom(subscriber: Redis): void {
    const message = (channel: Buffer, payload: unknown): void => this.#hear(this.#way.read(String(channel), payload));
    // A server that does not know the user, for example, lets nobody get ready.
    const error = (reason: unknown): void => this.#report(reason);
    // Not `message`, which would join the keys with commas.
    subscriber.on('messageBuffer', message).on('error', error);
    this.#unwatch.push(
      () =>
        void subscriber
          .off('messageBuffer', message)
          .off('error', error)
          .on('error', () => {}),
    );
  }

  #needs(client: Redis): boolean {
    return client === this.parts.subscriber || this.#way.needs.includes(client);
  }

  #broke(client: Redis): void {
    if (client === this.parts.subscriber) for (const way of this.parts.ways) way.forget();
    if (this.#needs(client)) this.#lose();
  }

  #ready(client: Redis): void {
    // Another connection may lead to another server, which can do what the last one could not.
    if (client === this.parts.subscriber) this.#way = this.parts.ways[0];
    if (this.#needs(client)) void this.#arm();
  }

  async #arm(): Promise<void> {
    this.#lose();
    const { subscriber, clock } = this.parts;
    if (this.#closed || [subscriber, ...this.#way.needs].some(({ status }) => status !== 'ready')) return;
    const arming = (this.#arming = new AbortController());
    try {
      await withTimeLimit(clock, 'The channel of invalidations', ANSWER_LIMIT, this.#way.arm(arming.signal));
      // A connection that closed between the server's answer and here has aborted this attempt: its loss was declared, and
      // nobody would declare it again.
      if (!arming.signal.aborted) this.#join();
    } catch (error) {
      if (arming.signal.aborted) return;
      arming.abort();
      this.#refused(error);
    }
  }

  #join(): void {
    this.#connected = true;
    this.#reported = false;
    this.#retryDelay = FIRST_RETRY;
    const way = this.#way;
    this.#pulse.start([() => way.flush(), ...way.needs.map((client) => () => client.ping())]);
    for (const listener of [...this.#listeners]) listener.back();
    // Leases that ended in between were not heard of, and those that stand are not followed yet.
    for (const key of this.#attention.leaseKeys) this.#confirm(key, this.#way.follow(key) ?? Promise.resolve());
  }

  #lose(): void {
    this.#arming?.abort();
    this.#arming = undefined;
    this.#retry?.cancel();
    this.#pulse.stop();
    if (!this.#connected) return;
    this.#connected = false;
    for (const listener of [...this.#listeners]) listener.lost();
  }

  #unanswered(): void {
    this.#lose();
    this.#renew();
    this.#later();
  }

  #refused(error: unknown): void {
    const next = this.parts.ways[this.parts.ways.indexOf(this.#way) + 1];
    if (isReply(error) && next) {
      this.#way = next;
      return void this.#arm();
    }
    this.#report(error);
    if (error instanceof CacheTimeoutError) this.#renew();
    this.#later();
  }

  /** A half-open connection would be waited for in vain. The others belong to commands that have limits of their own. */
  #renew(): void {
    if (this.parts.subscriber.status === 'ready') this.parts.subscriber.disconnect(true);
  }

  #later(): void {
    this.#retry?.cancel();
    this.#retry = this.parts.clock.setTimeout(() => void this.#arm(), this.#retryDelay);
    this.#retryDelay = Math.min(LAST_RETRY, this.#retryDelay * 2);
  }

  /** A server that is gone comes back; one that refuses needs somebody. */
  #report(error: unknown): void {
    if (this.#reported || !isReply(error)) return;
    this.#reported = true;
    this.parts.onError('listen', bareError(error));
  }

  #hear(messages: readonly BusMessage[]): void {
    for (const message of messages) for (const listener of [...this.#listeners]) listener.heard(message);
  }

  #confirm(leaseKey: string, followed: Promise<void> | undefined): void {
    const agreed = this.#arming;
    const tell = (): void => {
      if (agreed === this.#arming && this.#attention.has(leaseKey)) this.#hear([{ kind: 'keys', keys: [leaseKey] }]);
    };
    // Where it cannot be followed, whoever waits still asks now and then.
    followed?.then(tell, () => {});
  }
}

function isReply(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}
