import { answerFacts } from '../../ai/answers/read-answer.js';
import type { Endpoint } from '../http-call/endpoint.js';

const MESSAGES: Endpoint = {
  operation: 'messages',
  streamEnd: 'event',
  readsOrChangesState(body, mayRunTools) {
    const { thread, container, max_tokens: limit, mcp_servers: servers } = body;
    // A conversation or files that the provider keeps; 0 tokens are asked for to fill its cache of prompts.
    if (isGiven(thread) || isGiven(container) || limit === 0) return true;
    // Servers whose tools the provider calls by itself: a hit would not do their work.
    return !mayRunTools && Array.isArray(servers) && servers.length > 0;
  },
  factsOf: (answer) => (Reflect.get(answer, 'type') === 'message' ? answerFacts(answer) : undefined),
};

const COUNT_TOKENS: Endpoint = {
  operation: 'count_tokens',
  readsOrChangesState: () => false,
  factsOf(answer) {
    if (typeof Reflect.get(answer, 'input_tokens') !== 'number') return undefined;
    return {
      text: undefined,
      finish: 'stop',
      hasToolCalls: false,
      refused: false,
      // It counts tokens, and costs none.
      usage: undefined,
      model: undefined,
    };
  },
};

/** What can be asked of Anthropic's Messages API. */
export function anthropicEndpoint({ pathname }: URL): Endpoint | undefined {
  if (pathname.endsWith('/v1/messages')) return MESSAGES;
  return pathname.endsWith('/v1/messages/count_tokens') ? COUNT_TOKENS : undefined;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
