import { Inject, Injectable } from '@nestjs/common';
import { CacheManager, InjectCache } from 'nestjs-cached';
import type { CacheEvent, LoaderContext } from 'nestjs-cached';
import { AiResponseCache } from 'nestjs-cached/ai';
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

/** Answers about texts: from the cache, or from the engine, once for all who ask at the same time. */
@Injectable()
export class AiAnswers {
  constructor(
    @Inject(AI_ENGINE) private readonly engine: AiEngine,
    @InjectCache(AI_CACHE) private readonly cache: CacheManager,
    private readonly responses: AiResponseCache,
    private readonly texts: DocumentTexts,
  ) {}

  async answer(operation: AiOperation, body: AiBody): Promise<Told<AiAnswer>> {
    const task = await this.#taskOf(operation, body);
    const request = this.#requestOf(task, body);
    return this.#observed(request.key, () =>
      this.responses.getOrGenerate<AiAnswer>(request, (context) => {
        tagWith(body, context);
        return this.engine.answer(task, context.signal);
      }),
    );
  }

  /** Has its first part when it resolves. @param left aborted when the reader has gone, which leaves others theirs */
  async stream(operation: AiOperation, body: AiBody, left: AbortSignal): Promise<Told<AsyncIterable<AiPart>>> {
    const task = await this.#taskOf(operation, body);
    const request = this.#requestOf(task, body);
    const parts = this.responses.getOrGenerateStream<AiPart>(request, (context) => {
      tagWith(body, context);
      return this.engine.stream(task, context.signal);
    });
    left.addEventListener('abort', () => void parts.return?.(), { once: true });
    return this.#observed(request.key, async () => withFirst(await parts.next(), parts));
  }

  /** Forgets what was answered about a file. `true`: everywhere. */
  forget(hash: string): Promise<boolean> {
    return this.cache.invalidateTags(documentTag(hash));
  }

  async #observed<T>(key: string, run: () => Promise<T>): Promise<Told<T>> {
    const start = performance.now();
    const { value, outcomes } = await this.cache.observe(run);
    return {
      answer: value,
      key,
      outcomes: outcomes.filter(({ cache }) => cache === AI_CACHE),
      total: performance.now() - start,
    };
  }

  async #taskOf(operation: AiOperation, body: AiBody): Promise<AiTask> {
    checkQuestion(operation, body);
    const { hash, text, question, options } = body;
    return { operation, text: text ?? (await this.texts.of(hash!)), ...(question ? { question } : {}), options };
  }

  #requestOf({ operation, text, question, options }: AiTask, { hash }: AiBody) {
    const { provider, model, version } = this.engine;
    return this.responses.prepare({
      operation,
      text,
      ...(question ? { question } : {}),
      // With the file's hash, so that an answer about a file is forgotten with the file, and one about the same text that
      // somebody has sent as such is not.
      options: { provider, model, promptVersion: version, document: hash, ...options },
    });
  }
}

function tagWith({ hash }: AiBody, context: Pick<LoaderContext, 'setTags'>): void {
  if (hash !== undefined) context.setTags(documentTag(hash));
}

async function* withFirst(first: IteratorResult<AiPart>, rest: AsyncIterableIterator<AiPart>): AsyncGenerator<AiPart> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}
