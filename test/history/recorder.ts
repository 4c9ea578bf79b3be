import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { HistoryEvent, Span } from './history.js';

const BATCH = 64;

/** Instants of a clock that all processes of a machine have in common. `zero` is a reading of `process.hrtime`. */
export function machineClock(zero: string): () => number {
  const start = BigInt(zero);
  return () => Number(process.hrtime.bigint() - start) / 1e6;
}

type Told<T> = T extends HistoryEvent ? Omit<T, 'process'> : never;

/**
 * Writes down what one process does. Straight into a file, so that it outlives the process: whoever is about to change
 * something for others says so before.
 */
export class Recorder {
  #file: number;
  #lines: string[] = [];
  #puts = 0;

  constructor(
    path: string,
    private readonly process: number,
    readonly now: () => number,
  ) {
    this.#file = openSync(path, 'a');
  }

  add(event: Told<HistoryEvent>): void {
    this.#lines.push(JSON.stringify({ process: this.process, ...event }));
    if (this.#lines.length >= BATCH) this.flush();
  }

  /** To be called before the version is put; returns what to call when that is over. */
  put(key: string, version: number): (complete: boolean) => void {
    const put = { kind: 'put' as const, id: this.#puts++, key, version, began: this.now() };
    // Nobody may read it before it stands here, also if this process dies with the next step.
    this.add({ ...put, ended: Infinity });
    this.flush();
    // One that has failed may land later.
    return (complete) =>
      this.add({ ...put, ...(complete ? { ended: this.now() } : { ended: Infinity, failedAt: this.now() }) });
  }

  flush(): void {
    if (this.#lines.length === 0) return;
    writeSync(this.#file, `${this.#lines.join('\n')}\n`);
    this.#lines = [];
  }

  /** Goes on in another file. */
  moveTo(path: string): void {
    this.close();
    this.#file = openSync(path, 'a');
  }

  close(): void {
    this.flush();
    closeSync(this.#file);
  }
}

/** What the process wrote, as far as it came. */
export function readRecord(path: string): HistoryEvent[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  // A process that was killed may have died in the middle of its last line.
  lines.pop();
  const events: HistoryEvent[] = [];
  const puts = new Map<number, number>();
  for (const line of lines) {
    const event = spanned(JSON.parse(line) as HistoryEvent);
    const known = event.kind === 'put' ? puts.get(event.id) : undefined;
    if (known !== undefined) {
      events[known] = event;
      continue;
    }
    if (event.kind === 'put') puts.set(event.id, events.length);
    events.push(event);
  }
  return events;
}

/** JSON has no infinity. */
function spanned<T extends Span>(event: T & { ended: number | null }): T {
  return event.ended === null ? { ...event, ended: Infinity } : event;
}
