import { Controller, Get, HttpCode, Inject, Logger, Param, Post, Res } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { AiResponseCache } from 'nestjs-cached/ai';
import type { AiPerformanceSummary, CostReport } from 'nestjs-cached/ai';
import { isHit, setCacheHeaders } from '../http/cache-headers.interceptor.js';
import { EventWriter } from '../http/event-writer.js';
import { KnownKindPipe } from '../http/known-kind.pipe.js';
import { AiAnswers } from './ai-answers.js';
import type { AiBody } from './ai-body.js';
import type { AiEngine, AiTokens } from './ai-engine.js';
import { AI_ENGINE } from './ai-engine.token.js';
import { AI_OPERATIONS } from './ai-operation.js';
import type { AiOperation } from './ai-operation.js';
import { providerFailure } from './ai-provider-error.filter.js';
import { AiQuestion } from './ai-question.decorator.js';
import { AiProviderError } from './openai/ai-provider.error.js';

/** What is said of each answer. */
interface AiReply {
  readonly operation: AiOperation;
  readonly engine: string;
  /** Whether it was found, so that nobody had to be asked. */
  readonly cached: boolean;
  readonly key: string;
  /** What it took to make it. Absent where nobody counts tokens. */
  readonly usage?: AiTokens;
}

const operationPipe = new KnownKindPipe(AI_OPERATIONS, 'operation');

@Controller('ai')
export class AiController {
  readonly #logger = new Logger(AiController.name);

  constructor(
    @Inject(AI_ENGINE) private readonly engine: AiEngine,
    private readonly answers: AiAnswers,
    private readonly responses: AiResponseCache,
  ) {}

  /** What was spent on answers, and what the cache has spared. */
  @Get('cost')
  cost(): { cost: CostReport; performance: AiPerformanceSummary } {
    return { cost: this.responses.getCost(), performance: this.responses.getPerformanceSummary() };
  }

  @Post(':operation')
  @HttpCode(200)
  async answer(
    @Param('operation', operationPipe) operation: AiOperation,
    @AiQuestion() body: AiBody,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<AiReply & { answer: string }> {
    const { answer, key, outcomes, total } = await this.answers.answer(operation, body);
    // By the operation: the key may hold the text.
    setCacheHeaders(response, total, outcomes, () => operation);
    const { text, usage } = answer;
    return { ...this.#reply(operation, key, isHit(outcomes), usage), answer: text };
  }

  /** `item` for each part of the answer as it comes, `end` behind the last; `error` in its place when it breaks off. */
  @Post(':operation/stream')
  async stream(
    @Param('operation', operationPipe) operation: AiOperation,
    @AiQuestion() body: AiBody,
    @Res() response: ServerResponse,
  ): Promise<void> {
    const writer = new EventWriter(response);
    // What fails before the first part is answered with a status, as everywhere.
    const { answer, key, outcomes, total } = await this.answers.stream(operation, body, writer.left);
    setCacheHeaders(response, total, outcomes, () => operation);
    let usage: AiTokens | undefined;
    try {
      for await (const part of answer) {
        if (part.type === 'finish') usage = part.usage;
        await writer.write('item', part);
      }
      await writer.write('end', this.#reply(operation, key, isHit(outcomes), usage));
    } catch (error) {
      await writer.write('error', this.#failure(error));
    } finally {
      writer.end();
    }
  }

  #reply(operation: AiOperation, key: string, cached: boolean, usage: AiTokens | undefined): AiReply {
    return { operation, engine: this.engine.name, cached, key, ...(usage ? { usage } : {}) };
  }

  #failure(error: unknown): object | string {
    if (error instanceof AiProviderError) return providerFailure(error).getResponse();
    this.#logger.error(error);
    return { statusCode: 500, error: 'Internal Server Error', message: 'The answer broke off.' };
  }
}
