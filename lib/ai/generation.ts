import type { Clock } from '../contracts/clock.js';
import type { LoaderContext } from '../contracts/options.js';
import type { AiBooks } from './ai-books.js';
import type { AnswerRules } from './answer-rules.js';
import { judge } from './answer-verdict.js';
import { GenerationContext } from './generation-context.js';
import type { PreparedRequest } from './keys/prepared-request.js';
import type { StoredAnswer } from './stored-answer.js';

/**
 * Asks the model. What it is given is typed without its answer, so that the compiler may learn `R` from what it returns; a
 * function that says more of its context fits too, as a method does.
 */
export type Generate<R> = { generate(context: LoaderContext): R | Promise<R> }['generate'];

/** What a generation needs beside what its caller says. */
export interface GenerationParts {
  readonly books: AiBooks;
  readonly clock: Clock;
  /** Where the rules of a call say nothing. */
  readonly storeToolCalls: boolean;
}

/** One call's way to an answer: a loader for the cache, which runs if nobody has the answer yet. */
export class Generation<R> {
  /** Set once the model has answered this very call. */
  private took: number | undefined;

  constructor(
    private readonly parts: GenerationParts,
    private readonly request: PreparedRequest,
    private readonly tenant: string | undefined,
    private readonly generate: Generate<R>,
    private readonly rules: AnswerRules<R> | undefined,
  ) {}

  /** For `getOrSet`. An error of the model is the caller's, unchanged. */
  readonly load = async (load: LoaderContext<StoredAnswer>): Promise<StoredAnswer> => {
    const { books, clock, storeToolCalls } = this.parts;
    const context = new GenerationContext<R, StoredAnswer>(load, ({ response }) => response as R);
    const begun = clock.now();
    const response = await this.generate(context);
    const took = clock.now() - begun;
    const { facts, refusal } = judge(response, this.rules, storeToolCalls);
    const reason = context.refusal ?? refusal;
    if (reason !== undefined) load.skip();
    const record = books.generated(this.request, this.tenant, facts, took, reason);
    this.took = took;
    return { response, ...record };
  };

  /**
   * Whether the answer is the one that this call has generated. When a stale one was served, a generation may be through
   * as well, behind the caller's back: no two take the same time, to the fraction of a microsecond.
   */
  hasMade(answer: StoredAnswer): boolean {
    return this.took !== undefined && answer.took === this.took;
  }
}
