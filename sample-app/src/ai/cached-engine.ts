import type { LoaderContext } from 'nestjs-cached';
import type { AiResponseCache } from 'nestjs-cached/ai';
import { documentTag } from '../files/source-file.js';
import type { AiAnswer, AiEngine, AiPart, AiTask } from './ai-engine.js';

/** Asks another engine what nobody has asked it before, once for all who ask at the same time. */
export class CachedEngine implements AiEngine {
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  readonly version: number;

  constructor(
    private readonly engine: AiEngine,
    private readonly responses: AiResponseCache,
  ) {
    ({ name: this.name, provider: this.provider, model: this.model, version: this.version } = engine);
  }

  answer(task: AiTask, signal: AbortSignal): Promise<AiAnswer> {
    return this.responses.getOrGenerate<AiAnswer>(
      this.#requestOf(task),
      (context) => {
        tagWith(task, context);
        return this.engine.answer(task, context.signal);
      },
      { signal },
    );
  }

  async *stream(task: AiTask, signal: AbortSignal): AsyncGenerator<AiPart> {
    const parts = this.responses.getOrGenerateStream<AiPart>(this.#requestOf(task), (context) => {
      tagWith(task, context);
      return this.engine.stream(task, context.signal);
    });
    const leave = (): void => void parts.return?.();
    signal.addEventListener('abort', leave, { once: true });
    try {
      yield* parts;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  #requestOf({ operation, text, question, document, options }: AiTask) {
    const { provider, model, version } = this;
    return this.responses.prepare({
      operation,
      text,
      ...(question ? { question } : {}),
      // With the file's hash, so that an answer about a file is forgotten with the file, and one about the same text that
      // somebody has sent as such is not.
      options: { provider, model, promptVersion: version, document, ...options },
    });
  }
}

function tagWith({ document }: AiTask, context: Pick<LoaderContext, 'setTags'>): void {
  if (document !== undefined) context.setTags(documentTag(document));
}
