import { inspect } from 'node:util';
import { Logger, type LoggerService } from '@nestjs/common';
import type { CacheEventType } from '../../lib/contracts/events.js';
import type { CacheManager } from '../../lib/core/cache-manager.js';

const EVENTS = Object.keys({
  hit: 0,
  miss: 0,
  load: 0,
  loadError: 0,
  set: 0,
  delete: 0,
  expire: 0,
  invalidate: 0,
  evicted: 0,
  degraded: 0,
  recovered: 0,
  error: 0,
} satisfies Record<CacheEventType, 0>) as CacheEventType[];
const CONSOLE = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const;

/** Keeps everything that anybody could see of a cache, as text, whatever depth it is looked at. */
export class LeakTrap implements LoggerService {
  readonly #seen: string[] = [];
  readonly #restore: (() => void)[] = [];

  constructor() {
    Logger.overrideLogger(this);
    for (const name of CONSOLE) {
      const original = Reflect.get(console, name) as (...args: unknown[]) => void;
      Reflect.set(console, name, (...args: unknown[]) => this.see(args));
      this.#restore.push(() => void Reflect.set(console, name, original));
    }
    for (const stream of [process.stdout, process.stderr]) {
      const original = stream.write.bind(stream);
      stream.write = (text: unknown) => {
        this.see(String(text));
        return true;
      };
      this.#restore.push(() => void (stream.write = original));
    }
  }

  log = (...args: unknown[]): void => this.see(args);
  warn = this.log;
  error = this.log;
  debug = this.log;
  verbose = this.log;
  fatal = this.log;

  see(what: unknown): void {
    this.#seen.push(typeof what === 'string' ? what : inspect(what, { depth: 9, maxArrayLength: 1_000 }));
    this.#seen.push(inspect(what, { depth: 4, showHidden: true }), jsonOf(what));
    for (let error = what; error instanceof Error; error = error.cause) {
      this.#seen.push(error.message, String(error.stack), jsonOf(Object.entries(error)));
    }
  }

  listenTo(cache: CacheManager): void {
    for (const type of EVENTS) {
      cache.on(type, (event) => {
        this.see(event);
        if (event.type === 'error' || event.type === 'loadError') this.see(event.error);
      });
    }
  }

  /** What the work throws, or brings. */
  async during(work: () => unknown): Promise<void> {
    try {
      this.see(await work());
    } catch (error) {
      this.see(error);
    }
  }

  /** The secrets that were seen, each with what stood round it. */
  leaks(secrets: readonly string[]): string[] {
    return secrets.flatMap((secret) =>
      formsOf(secret).flatMap((form) => {
        const text = this.#seen.find((each) => each.includes(form));
        if (text === undefined) return [];
        const at = text.indexOf(form);
        return [`${form} in ...${text.slice(Math.max(0, at - 200), at + form.length + 60)}...`];
      }),
    );
  }

  /** Whether anything like it was seen: what provokes nothing proves nothing. */
  has(pattern: RegExp): boolean {
    return this.#seen.some((text) => pattern.test(text));
  }

  release(): void {
    for (const restore of this.#restore) restore();
    Logger.overrideLogger(false);
  }
}

/** As it is, and as Buffers are shown: in hexadecimal, and as a list of numbers. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  return [
    secret,
    encodeURIComponent(secret),
    hex,
    hex.replace(/..(?!$)/g, '$& '),
    [...bytes].join(','),
    bytes.toString('base64').slice(2, -4),
  ];
}

function jsonOf(what: unknown): string {
  try {
    return JSON.stringify(what) ?? '';
  } catch {
    return '';
  }
}
