import type { AnswerTally } from './answer-tally.js';
import { fieldOf, hasField, hasList, listField, objectField, textField } from './fields.js';
import { readContent } from './read-openai-chat.js';

/** `AIMessage` and `AIMessageChunk` of LangChain. */
export function readLangChainMessage(answer: object, tally: AnswerTally): boolean {
  if (!hasField(answer, 'content')) return false;
  const metadata = objectField(answer, 'response_metadata');
  if (!metadata && !objectField(answer, 'usage_metadata') && !hasList(answer, 'tool_calls')) return false;
  readContent(fieldOf(answer, 'content'), tally);
  if (listField(answer, 'tool_calls').length + listField(answer, 'tool_call_chunks').length > 0) {
    tally.hasToolCalls = true;
  }
  const refusal = textField(fieldOf(answer, 'additional_kwargs'), 'refusal');
  const reason = stopOf(metadata);
  if ((refusal !== undefined && refusal !== '') || reason === 'refusal') tally.refuse();
  tally.addFinish(reason);
  // Those of chunks are added up, as `AIMessageChunk.concat` does.
  tally.growUsage(fieldOf(answer, 'usage_metadata'));
  tally.addModel(textField(metadata, 'model_name') ?? textField(metadata, 'model'));
  return true;
}

/** Each integration passes on its provider's own word. */
function stopOf(metadata: unknown): unknown {
  for (const name of ['finish_reason', 'stop_reason', 'finishReason', 'stopReason', 'done_reason']) {
    const reason = fieldOf(metadata, name);
    if (typeof reason === 'string') return reason;
  }
  return undefined;
}
