import type { LoaderContext } from '../../contracts/options.js';
import type { StreamLike } from '../../contracts/stream.js';
import type { AiBooks, AnswerRecord } from '../ai-books.js';
import type { StreamAnswerRules } from '../answer-rules.js';
import { losesGetters, type AnswerVerdict } from '../answer-verdict.js';
import type { AnswerFacts } from '../answers/answer-facts.js';
import { refusalOf } from '../answers/refusal.js';
import { StreamFacts } from '../answers/stream-facts.js';
import { GenerationContext } from '../generation-context.js';
import type { GenerationParts } from '../generation.js';
import type { PreparedRequest } from '../keys/prepared-request.js';
import { streamTrailer, trailerOf, type StreamTrailer } from '../stored-answer.js';
import { followed } from './followed-stream.js';

/** A whole answer and a stream of its items may be of one request, and are two values. No key of a request ends like this. */
export function streamKey(request: PreparedRequest): string {
  return `${request.key}:stream`;
}

/** Asks the model for a stream. A `StreamLoader<P>` fits. */
export type GenerateStream<P> = {
  generate(context: LoaderContext<unknown[]>): StreamLike<P> | Promise<StreamLike<P>>;
}['generate'];

/** One call's way to a stream: a source for the cache, which runs if nobody has the stream yet. */
export class StreamGeneration<P> {
  /** Whether this very call has asked the model. */
  hasStarted = false;
  private took: number | undefined;

  constructor(
    private readonly parts: GenerationParts,
    private readonly request: PreparedRequest,
    private readonly tenant: string | undefined,
    private readonly generate: GenerateStream<P>,
    private readonly describe: StreamAnswerRules['describe'],
  ) {}

  get books(): AiBooks {
    return this.parts.books;
  }

  /** For `getOrSetStream`. An error of the model is the caller's, unchanged. */
  readonly source = async (load: LoaderContext<(P | StreamTrailer)[]>): Promise<StreamLike<P | StreamTrailer>> => {
    this.hasStarted = true;
    const context = new GenerationContext(load, withoutTrailer<P>);
    const begun = this.now();
    const seen = new StreamFacts();
    let loses = false;
    const stream = await this.generate(context);
    return followed(stream, {
      take: (item) => {
        loses ||= losesGetters(item);
        seen.take(item);
      },
      end: () => {
        const { facts, refusal: reason } = this.judge(seen.facts);
        // The gravest first: what the generation itself wants tells least.
        const refusal = reason ?? (loses ? 'instance' : undefined) ?? context.refusal;
        if (refusal !== undefined) load.skip();
        const took = this.now() - begun;
        const record = this.books.generated(this.request, this.tenant, facts, took, refusal);
        this.took = took;
        return streamTrailer(record);
      },
    });
  };

  /** Whether what was read is what this call has generated. @param record `undefined` of a stream that was not read to its end. */
  hasMade(record: AnswerRecord | undefined): boolean {
    return record === undefined ? this.hasStarted : record.took === this.took;
  }

  /** The caller was given items that it has not generated. @param waited Milliseconds until the first of them. */
  served(record: AnswerRecord | undefined, waited: number): void {
    this.books.servedFar(this.request, this.tenant, record ?? { took: 0 }, waited);
  }

  private judge(found: AnswerFacts): AnswerVerdict {
    try {
      const facts = { ...found, ...this.describe?.() };
      return { facts, refusal: refusalOf(facts, { storeToolCalls: this.parts.storeToolCalls }) };
    } catch {
      // Who cannot say what it is does not know that it is good.
      return { facts: found, refusal: 'invalid' };
    }
  }

  now(): number {
    return this.parts.clock.now();
  }
}

function withoutTrailer<P>(stored: (P | StreamTrailer)[]): P[] {
  return stored.filter((item): item is P => trailerOf(item) === undefined);
}
