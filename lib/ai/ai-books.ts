import { AiEvents } from './ai-events.js';
import type { AnswerFacts } from './answers/answer-facts.js';
import { CostLedger } from './cost/cost-ledger.js';
import { GenerationTimes } from './cost/generation-times.js';
import { HitTimes } from './cost/hit-times.js';
import type { Prices } from './cost/prices.js';
import type { PreparedRequest } from './keys/prepared-request.js';
import type { SizeTier } from './keys/size-tier.js';
import type { StoredAnswer } from './stored-answer.js';

/** What is remembered of an answer beside the answer. */
export type AnswerRecord = Omit<StoredAnswer, 'response'>;

/** Everything that is counted of one AI cache, by all its tenants. Counts first, then tells the listeners. */
export class AiBooks {
  readonly events = new AiEvents();
  readonly ledger: CostLedger;
  readonly generationTimes = new GenerationTimes();
  readonly hitTimes = new HitTimes();
  /** How many questions were asked about texts of each size. */
  readonly asked: Record<SizeTier, number> = { small: 0, medium: 0, large: 0, huge: 0 };

  constructor(prices: Prices) {
    this.ledger = new CostLedger(prices);
  }

  /** Whether the hit that comes next is worth two looks at the clock. */
  get timesNextHit(): boolean {
    return this.hitTimes.isDue || this.events.hearsServed;
  }

  /** @param took Milliseconds; `undefined` where it was not timed. */
  servedNear(
    request: PreparedRequest,
    tenant: string | undefined,
    record: AnswerRecord,
    took: number | undefined,
  ): void {
    this.hitTimes.addNear(took);
    this.serve(request, tenant, record, took ?? 0);
  }

  /** Out of a shared store, or by the side of another caller. @param took Milliseconds. */
  servedFar(request: PreparedRequest, tenant: string | undefined, record: AnswerRecord, took: number): void {
    this.hitTimes.addFar(took);
    this.serve(request, tenant, record, took);
  }

  private serve(request: PreparedRequest, tenant: string | undefined, record: AnswerRecord, duration: number): void {
    const { input = 0, output = 0 } = record;
    const model = request.model ?? record.model;
    const money = this.ledger.avoid(request.operation, model, tenant, input, output, record.took);
    if (!this.events.hearsServed) return;
    const tokens = input + output;
    const { operation } = request;
    this.events.tell('served', {
      operation,
      model,
      tenant,
      ...(tokens > 0 && { tokens }),
      ...(money !== undefined && { money }),
      duration,
      stored: true,
    });
  }

  /**
   * A model has answered.
   * @param refusal Why the answer is not stored.
   * @returns What is to be stored beside the answer.
   */
  generated(
    request: PreparedRequest,
    tenant: string | undefined,
    facts: Pick<AnswerFacts, 'usage' | 'model'>,
    time: number,
    refusal: string | undefined,
  ): AnswerRecord {
    const took = countOf(time);
    const input = countOf(facts.usage?.inputTokens);
    const output = countOf(facts.usage?.outputTokens);
    const account = { operation: request.operation, model: request.model ?? facts.model, tenant };
    const money = this.ledger.spend(account, input, output, took, refusal !== undefined);
    // Of what was generated elsewhere nobody may know.
    if (took > 0) this.generationTimes.add(took);
    const event = {
      ...account,
      ...(facts.usage && { tokens: input + output }),
      ...(money !== undefined && facts.usage && { money }),
      duration: took,
      stored: refusal === undefined,
      ...(refusal !== undefined && { reason: refusal }),
    };
    this.events.tell('generated', event);
    if (refusal !== undefined) this.events.tell('refused', event);
    return {
      took,
      ...(input > 0 && { input }),
      ...(output > 0 && { output }),
      ...(request.model === undefined && facts.model !== undefined && { model: facts.model }),
    };
  }
}

/** What a provider says may be anything, and one sum that is no number would stay so. */
function countOf(amount: unknown): number {
  return typeof amount === 'number' && amount > 0 && amount < Infinity ? amount : 0;
}
