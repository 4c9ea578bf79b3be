import { Redis } from 'ioredis';
import type { Dice } from './dice.js';
import type { Trouble } from './history.js';
import { SOURCE_CLIENT } from './source.js';

/** Between two kills, in milliseconds. */
const LEAST_PAUSE = 100;
const MOST_PAUSE = 700;

/** Ends connections of the caches, one at a time and at random: those that listen, and those that ask. */
export class Disturber {
  readonly kills: Trouble[] = [];
  readonly #redis: Redis;
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(
    url: string,
    private readonly dice: Dice,
    private readonly now: () => number,
  ) {
    this.#redis = new Redis(url, { connectionName: SOURCE_CLIENT });
  }

  start(): void {
    this.#timer = setTimeout(
      () => {
        this.#work = this.#kill(this.dice.says(0.5) ? 'pubsub' : 'normal').then(() => this.start());
      },
      this.dice.between(LEAST_PAUSE, MOST_PAUSE),
    );
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#work;
    clearTimeout(this.#timer);
    this.#redis.disconnect();
  }

  async #kill(type: 'pubsub' | 'normal'): Promise<void> {
    const clients = String(await this.#redis.call('CLIENT', 'LIST', 'TYPE', type)).split('\n');
    const strange = clients.filter((line) => line.startsWith('id=') && !line.includes(`name=${SOURCE_CLIENT}`));
    if (strange.length === 0) return;
    const id = /^id=(\d+)/.exec(this.dice.pick(strange))![1]!;
    const began = this.now();
    await this.#redis.call('CLIENT', 'KILL', 'ID', id);
    this.kills.push({ kind: 'trouble', what: 'kill', detail: type, process: 0, began, ended: this.now() });
  }
}
