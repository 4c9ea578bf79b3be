import type { Clock, Random } from '../../contracts/clock.js';

/** Between two attempts, in milliseconds, before jitter. */
const FIRST = 50;
const LAST = 150;
/** A quarter more or less: processes that lost a server together shall not come back as one. */
const JITTER = 0.25;
/** One that is lost again within this time after its return is waited for longer from time to time, in milliseconds. */
const RELAPSE = 2_000;
const LAST_AFTER_RELAPSES = 2_000;

/** How long to wait between two attempts to reach a server. */
export class Pauses {
  private pause = FIRST;
  /** With what the present outage began. */
  private first = FIRST;
  private endedAt = -Infinity;

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  /** What answers probes and fails at work would else be given up and taken up again many times a second. */
  begin(): void {
    const isRelapse = this.clock.now() - this.endedAt < RELAPSE;
    this.first = isRelapse ? Math.min(this.first * 2, LAST_AFTER_RELAPSES) : FIRST;
    this.pause = this.first;
  }

  end(): void {
    this.endedAt = this.clock.now();
  }

  /** The next one, in milliseconds. */
  next(): number {
    const { pause } = this;
    this.pause = Math.max(pause, Math.min(LAST, pause * 2));
    return pause * (1 - JITTER + 2 * JITTER * this.random.next());
  }

  /** From now on none is longer than it would be without relapses. Whether one was. */
  shorten(): boolean {
    if (this.pause <= LAST) return false;
    this.pause = LAST;
    return true;
  }
}
