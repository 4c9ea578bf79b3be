/** What became of a write: done, or taken back because a newer one or a removal made it pointless. */
type Outcome<T> = T | undefined;

interface Job<T> {
  readonly removes: boolean;
  /** Whether its caller has ceased to wait. */
  abandoned: boolean;
  readonly done: Promise<Outcome<T>>;
  begin(): Promise<void>;
  /** Ends it before it has begun, as `outcome` ends. */
  drop(outcome: Outcome<T> | Promise<Outcome<T>>): void;
}

interface Line {
  /** The key as the user knows it; set with the first write. */
  name: string;
  running: Job<unknown>;
  /** At most these two wait, in this order, however many were asked for. */
  removal: Job<unknown> | undefined;
  write: Job<unknown> | undefined;
}

/** One's own place in a line. */
export interface Turn<T> {
  /** `undefined` when it was never begun. Rejects as the work does. */
  readonly done: Promise<Outcome<T>>;
  /** Says that nobody waits for it any more: a write that has not begun is taken back, a removal is done all the same. */
  readonly abandon: () => void;
}

/**
 * Writes of one key, one after the other, in the order they were asked for.
 *
 * The interleaving it prevents, on a backend that answers slowly or not at all:
 *
 *     set(k, old) is sent, and hangs; its caller is told after the time limit
 *                                        delete(k) is sent, and done
 *     set(k, old) lands
 *
 * A write begins when the one before it has really ended, however long its callers have ceased to wait. Of those that
 * have not begun, a newer write replaces an older one, and a removal all of them: a line never holds more than three.
 */
export class WriteQueue {
  private readonly lines = new Map<string, Line>();
  private late = 0;

  /** Runs `work` when it is its turn, unless something newer makes it pointless before. */
  write<T>(key: string, name: string, work: () => Promise<T>): Turn<T> {
    const job = jobOf(work, false);
    const line = this.lines.get(key);
    if (line) {
      line.name = name;
      line.write?.drop(job.done);
      line.write = job;
    } else this.begin(key, name, job);
    return { done: job.done, abandon: () => this.abandon(key, job) };
  }

  /** The same, for work that takes the key's value away. Those that wait at the same time are one. */
  remove<T>(key: string, work: () => Promise<T>): Turn<T> {
    const line = this.lines.get(key);
    line?.write?.drop(undefined);
    if (line) line.write = undefined;
    const job = (line?.removal as Job<T> | undefined) ?? jobOf(work, true);
    if (line) line.removal = job;
    else this.begin(key, '', job);
    return { done: job.done, abandon: () => this.abandon(key, job) };
  }

  /** Whether a removal is still to be done: what a read finds until then must not be served. */
  isRemoving(key: string): boolean {
    // Mostly there are none: then the text of the key is not looked at.
    if (this.lines.size === 0) return false;
    const line = this.lines.get(key);
    return line !== undefined && (line.removal !== undefined || line.running.removes);
  }

  isBusy(key: string): boolean {
    return this.lines.has(key);
  }

  /** The keys that have a value on its way to them, with their names. */
  get landing(): { key: string; name: string }[] {
    const writing = [...this.lines].filter(([, line]) => line.write !== undefined || !line.running.removes);
    return writing.map(([key, { name }]) => ({ key, name }));
  }

  /** How many keys have something under way. */
  get size(): number {
    return this.lines.size;
  }

  /** How many writes run on without anybody who waits for them: what a backend that hangs has taken and not answered. */
  get overdue(): number {
    return this.late;
  }

  private begin(key: string, name: string, job: Job<unknown>): void {
    const line: Line = { name, running: job, removal: undefined, write: undefined };
    this.lines.set(key, line);
    // It starts now, in the caller's own synchronous stretch.
    void job.begin().then(() => this.next(key, line));
  }

  private next(key: string, line: Line): void {
    if (line.running.abandoned) this.late--;
    const job = line.removal ?? line.write;
    if (job === undefined) {
      this.lines.delete(key);
      return;
    }
    if (job === line.removal) line.removal = undefined;
    else line.write = undefined;
    line.running = job;
    if (job.abandoned) this.late++;
    void job.begin().then(() => this.next(key, line));
  }

  private abandon(key: string, job: Job<unknown>): void {
    const line = this.lines.get(key);
    if (line?.write === job) {
      line.write = undefined;
      job.drop(undefined);
    } else if (line !== undefined && !job.abandoned) {
      job.abandoned = true;
      if (line.running === job) this.late++;
    }
  }
}

function jobOf<T>(work: () => Promise<T>, removes: boolean): Job<T> {
  let settle!: (outcome: Outcome<T> | Promise<Outcome<T>>) => void;
  const done = new Promise<Outcome<T>>((resolve) => (settle = resolve));
  // Those who have ceased to wait hear nothing of a late failure.
  done.catch(() => {});
  const begin = async (): Promise<void> => {
    const result = attempt(work);
    settle(result);
    await result.then(nothing, nothing);
  };
  return { removes, abandoned: false, done, begin, drop: settle };
}

/** A method that throws before it returns a promise is like one that rejects. */
async function attempt<T>(work: () => Promise<T>): Promise<T> {
  return work();
}

function nothing(): void {}
