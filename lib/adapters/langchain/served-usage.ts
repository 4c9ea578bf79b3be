import type { BaseMessage } from '@langchain/core/messages';
import type { ChatGenerationChunk, ChatResult } from '@langchain/core/outputs';

/** Where integrations put the tokens of a generation, beside `usage_metadata`. */
const COUNTS = ['tokenUsage', 'estimatedTokenUsage', 'token_usage', 'usage'];

/** The answer, as one that has cost nothing. Changes it: it is the caller's own. */
export function withoutUsage(result: ChatResult): ChatResult {
  for (const { message } of result.generations) clear(message);
  if (result.llmOutput) result.llmOutput = withoutCounts(result.llmOutput);
  return result;
}

export function withoutUsageOf(chunk: ChatGenerationChunk): ChatGenerationChunk {
  clear(chunk.message);
  return chunk;
}

/** As `_generateCached` of LangChain does, and with the counts beside it, which that leaves. */
export function clear(message: BaseMessage): void {
  const counted = message as BaseMessage & { usage_metadata?: object };
  if (counted.usage_metadata !== undefined) {
    counted.usage_metadata = { input_tokens: 0, output_tokens: 0, total_tokens: 0 };
  }
  message.response_metadata = withoutCounts(message.response_metadata);
}

function withoutCounts(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, COUNTS.includes(name) ? {} : value]));
}
