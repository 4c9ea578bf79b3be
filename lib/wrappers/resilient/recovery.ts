import type { Timer } from '../../contracts/clock.js';
import { CacheBackendError, CacheTimeoutError } from '../../support/errors.js';
import { Pauses } from './pauses.js';
import type { RecoveryParts, Stage } from './recovery-parts.js';

/** For how long nothing may be answered until the connection itself is given up, in milliseconds. */
const UNANSWERED = 500;
/**
 * How long a first connection may take until that is called an outage, in milliseconds: an application that starts has other
 * things to do, and a server may be far away. Calls are not held up meanwhile.
 */
const START_PATIENCE = 2_000;
/** A connection that breaks and is back within this time was no outage of the server: nobody had to queue for long. */
const BLIP = 100;

/**
 * Whether the server is asked, and the way back to it:
 *
 *     away -> (a probe after a jittered delay, or the connection is there again)
 *          -> verify: it answers, it takes writes, it is the one that was known
 *          -> settling: replay what was queued -> wait until every other process can have done the same -> up
 *
 * One attempt at a time: a half-open breaker lets a single question through.
 */
export class Recovery {
  stage: Stage = 'opening';
  awaySince: number | undefined;
  lastError: unknown;
  latency = 0;
  /** Resolves when it is known for the first time whether the server is there. */
  readonly opened: Promise<void>;
  private open!: () => void;
  private timer: Timer | undefined;
  private readonly pauses: Pauses;
  private readonly startedAt: number;
  private wasUp = false;
  /** Whether the present outage was called one. */
  private isTold = false;
  private attempting = false;
  private stopped = false;
  /** Another one after each loss: an attempt that a loss has overtaken proves nothing. */
  private epoch = 0;
  private unansweredSince: number | undefined;
  /** Set while the present outage is nothing but a connection that broke. */
  private brokeAt: number | undefined;
  private readonly prepared: Promise<void>;
  private readonly unwatch: () => void;

  constructor(private readonly parts: RecoveryParts) {
    this.startedAt = parts.clock.now();
    this.pauses = new Pauses(parts.clock, parts.random);
    this.opened = new Promise((resolve) => (this.open = resolve));
    this.unwatch =
      parts.link?.watch({ lost: (why) => this.lost(why), ready: () => void this.attempt() }) ?? ((): void => undefined);
    this.prepared = parts.prepare();
    const late = (): void => this.leave(new CacheTimeoutError('Connecting', parts.timeout));
    const deadline = parts.clock.setTimeout(late, parts.timeout);
    void this.opened.then(() => deadline.cancel());
    void this.attempt();
  }

  /** It is not there, or of no use: not asked again until an attempt has shown otherwise. */
  leave(error: unknown): void {
    if (this.stopped) return;
    this.lastError = error;
    if (this.stage === 'away') return this.tell(error);
    const begins = this.stage !== 'settling';
    this.epoch++;
    this.stage = 'away';
    if (begins) this.begin();
    this.tell(error);
    this.open();
    this.later();
  }

  /** Something is queued: others may be waiting for it to be done. */
  hurry(): void {
    if (this.stage === 'away' && this.pauses.shorten()) this.later();
  }

  /** There is reason to doubt that it is there. */
  async suspect(ask: () => Promise<unknown>): Promise<void> {
    const { epoch } = this;
    try {
      await ask();
    } catch (error) {
      if (epoch === this.epoch && this.stage === 'up') this.leave(error);
    }
  }

  /** What is under way comes to nothing, and nothing follows it. */
  stop(): void {
    this.stopped = true;
    this.epoch++;
    this.timer?.cancel();
    this.unwatch();
    this.open();
  }

  private tell(error: unknown): void {
    if (this.isTold || this.isSlowStart(error)) return;
    this.isTold = true;
    this.parts.onOutage(error);
  }

  /** Nothing has failed yet: it only takes its time. */
  private isSlowStart(error: unknown): boolean {
    const { clock } = this.parts;
    return !this.wasUp && error instanceof CacheTimeoutError && clock.now() - this.startedAt < START_PATIENCE;
  }

  private begin(): void {
    const { clock, onAway } = this.parts;
    this.awaySince = clock.now();
    this.pauses.begin();
    this.unansweredSince = undefined;
    this.brokeAt = undefined;
    this.isTold = false;
    onAway();
  }

  private lost(why: unknown = new CacheBackendError('The connection to the server broke.')): void {
    const wasUp = this.stage === 'up';
    // An attempt that is under way asks over a connection that is no more.
    if (this.stage === 'away') this.epoch++;
    this.leave(why);
    if (wasUp) this.brokeAt = this.awaySince;
  }

  private async attempt(): Promise<void> {
    const { clock, verify, replay } = this.parts;
    if (this.attempting || this.stopped || this.stage === 'up') return;
    this.attempting = true;
    // Also what an earlier attempt is to end with: one of them speaks for the server, and it is this one.
    this.timer?.cancel();
    const { epoch } = this;
    const begun = clock.now();
    try {
      await this.prepared;
      const verdict = await verify();
      this.latency = clock.now() - begun;
      this.check(epoch);
      if (verdict === 'full') return await this.makeDo(epoch);
      const first = this.stage === 'opening';
      const isSlowStart = !this.wasUp && !this.isTold;
      const rest = isSlowStart || verdict === 'changed' || this.wasBlip() ? 0 : this.parts.grace;
      const verified = clock.now();
      // From here on nothing new is queued, unless it fails.
      if (!first) this.stage = 'settling';
      await replay();
      this.check(epoch);
      const left = verified + rest - clock.now();
      this.attempting = false;
      if (left > 0) this.in(left, () => this.finish(epoch));
      else this.finish(epoch);
    } catch (error) {
      this.attempting = false;
      if (this.stopped) return;
      if (epoch === this.epoch) this.failed(error);
      else if (this.parts.link?.ready) void this.attempt();
      else this.later();
    }
  }

  /** A server that is full is told what to take away: that may be what it needs. */
  private async makeDo(epoch: number): Promise<void> {
    const full = new CacheBackendError('The server is full: it takes no values.');
    if (this.stage === 'opening') this.begin();
    this.lastError = full;
    this.tell(full);
    this.stage = 'settling';
    this.open();
    await this.parts.replay();
    this.check(epoch);
    this.attempting = false;
    this.later();
  }

  private finish(epoch: number): void {
    if (epoch !== this.epoch || this.stopped) return;
    this.timer?.cancel();
    const outage = this.awaySince !== undefined;
    this.stage = 'up';
    if (outage) this.pauses.end();
    this.awaySince = undefined;
    this.lastError = undefined;
    this.wasUp = true;
    this.parts.onUp(!outage ? 'start' : this.isTold ? 'outage' : 'slow start');
    this.open();
  }

  private failed(error: unknown): void {
    const { clock, link } = this.parts;
    if (this.stage === 'away') this.later();
    this.leave(error);
    if (!(error instanceof CacheTimeoutError)) {
      this.unansweredSince = undefined;
      return;
    }
    this.unansweredSince ??= clock.now();
    if (clock.now() - this.unansweredSince < UNANSWERED) return;
    this.unansweredSince = undefined;
    link?.renew();
  }

  private check(epoch: number): void {
    if (epoch !== this.epoch || this.stopped) throw new CacheBackendError('The connection broke meanwhile.');
  }

  private wasBlip(): boolean {
    return this.brokeAt !== undefined && this.parts.clock.now() - this.brokeAt <= BLIP;
  }

  private later(): void {
    if (this.attempting || this.stopped) return;
    this.in(this.pauses.next(), () => void this.attempt());
  }

  private in(ms: number, work: () => void): void {
    this.timer?.cancel();
    this.timer = this.parts.clock.setTimeout(work, ms);
  }
}
