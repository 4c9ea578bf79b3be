import { Inject, Injectable } from '@nestjs/common';
import { CacheManager, InjectCache } from 'nestjs-cached';
import type { CacheEvent } from 'nestjs-cached';
import { documentTag } from '../files/source-file.js';
import { checkQuestion } from './ai-body.js';
import type { AiBody } from './ai-body.js';
import { AI_CACHE } from './ai-cache-options.js';
import type { AiAnswer, AiEngine, AiPart, AiTask } from './ai-engine.js';
import { AI_ENGINE } from './ai-engine.token.js';
import type { AiOperation } from './ai-operation.js';
import { DocumentTexts } from './document-texts.js';

/** An answer, and how it was come by. */
export interface Told<T> {
  readonly answer: T;
  /** Where it is found in the cache. */
  readonly key: string;
  /** What the cache of answers did for it. */
  readonly outcomes: readonly CacheEvent[];
  /** Milliseconds; of a stream those until its first part. */
  readonly total: number;
}

/** Answers about texts: the engine has them, from the cache or anew. */
@Injectable()
export class AiAnswers {
  constructor(
    @Inject(AI_ENGINE) private readonly engine: AiEngine,
    @InjectCache(AI_CACHE) private readonly cache: CacheManager,
    private readonly texts: DocumentTexts,
  ) {}

  async answer(operation: AiOperation, body: AiBody): Promise<Told<AiAnswer>> {
    const task = await this.#taskOf(operation, body);
    const { signal } = new AbortController();
    return this.#observed(() => this.engine.answer(task, signal));
  }

  /** Has its first part when it resolves. @param left aborted when the reader has gone, which leaves others theirs */
  async stream(operation: AiOperation, body: AiBody, left: AbortSignal): Promise<Told<AsyncIterable<AiPart>>> {
    const task = await this.#taskOf(operation, body);
    const parts = this.engine.stream(task, left)[Symbol.asyncIterator]();
    return this.#observed(async () => withFirst(await parts.next(), parts));
  }

  /** Forgets what was answered about a file. `true`: everywhere. */
  forget(hash: string): Promise<boolean> {
    return this.cache.invalidateTags(documentTag(hash));
  }

  async #observed<T>(run: () => Promise<T>): Promise<Told<T>> {
    const start = performance.now();
    const { value, outcomes: all } = await this.cache.observe(run);
    const outcomes = all.filter(({ cache }) => cache === AI_CACHE);
    const [key = ''] = outcomes.flatMap((event) => ('key' in event && event.key !== undefined ? [event.key] : []));
    return { answer: value, key, outcomes, total: performance.now() - start };
  }

  async #taskOf(operation: AiOperation, body: AiBody): Promise<AiTask> {
    checkQuestion(operation, body);
    const { hash, text, question, options } = body;
    return {
      operation,
      text: text ?? (await this.texts.of(hash!)),
      ...(question ? { question } : {}),
      ...(hash === undefined ? {} : { document: hash }),
      options,
    };
  }
}

async function* withFirst(first: IteratorResult<AiPart>, rest: AsyncIterator<AiPart>): AsyncGenerator<AiPart> {
  try {
    for (let step = first; !step.done; step = await rest.next()) yield step.value;
  } finally {
    await rest.return?.();
  }
}
