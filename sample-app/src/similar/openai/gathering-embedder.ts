import { setTimeout as wait } from 'node:timers/promises';
import type { Embedder } from '../embedder.js';

/** How long a text waits for others to be asked for along with it, in milliseconds: little beside what a model takes. */
const GATHERING_TIME = 5;
/** So many requests are under way at the same time. */
const REQUESTS = 4;

type Vector = readonly number[] | Float32Array;

interface Wish {
  readonly text: string;
  readonly grant: (vector: Vector) => void;
  readonly refuse: (error: unknown) => void;
}

/**
 * Asks another embedder for what several callers want in few requests, since each request costs a journey: many small
 * documents are then asked for like one large one. A request that fails fails for all who have a text in it.
 */
export class GatheringEmbedder implements Embedder {
  readonly name: string;
  readonly model: string;
  readonly version: number;
  readonly batchSize: number;
  readonly threshold: number;
  readonly #embedder: Embedder;
  readonly #wishes: Wish[] = [];
  #requests = 0;

  constructor(embedder: Embedder) {
    this.#embedder = embedder;
    ({ name: this.name, model: this.model, version: this.version } = embedder);
    ({ batchSize: this.batchSize, threshold: this.threshold } = embedder);
  }

  async embed(texts: readonly string[]): Promise<Vector[]> {
    const vectors = texts.map(
      (text) => new Promise<Vector>((grant, refuse) => void this.#wishes.push({ text, grant, refuse })),
    );
    if (this.#requests < REQUESTS) void this.#work();
    return Promise.all(vectors);
  }

  /** Until nobody waits. Never rejects. */
  async #work(): Promise<void> {
    this.#requests += 1;
    await wait(GATHERING_TIME);
    while (this.#wishes.length > 0) await this.#request(this.#wishes.splice(0, this.batchSize));
    this.#requests -= 1;
  }

  async #request(wishes: readonly Wish[]): Promise<void> {
    try {
      const vectors = await this.#embedder.embed(wishes.map(({ text }) => text));
      for (const [place, { grant }] of wishes.entries()) grant(vectors[place]!);
    } catch (error) {
      for (const { refuse } of wishes) refuse(error);
    }
  }
}
