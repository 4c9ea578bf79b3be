import type { AnswerTally } from './answer-tally.js';
import { fieldOf, hasField, hasList, listField, objectField, textField } from './fields.js';
import { readContent } from './read-openai-chat.js';
import { readOutputItem, readResponseEnd } from './read-openai-response.js';

/** Calls that could not be read are calls all the same. */
const CALLS = ['tool_calls', 'invalid_tool_calls', 'tool_call_chunks'];

/** `AIMessage` and `AIMessageChunk` of LangChain. */
export function readLangChainMessage(answer: object, tally: AnswerTally): boolean {
  if (!hasField(answer, 'content')) return false;
  const metadata = objectField(answer, 'response_metadata');
  if (!metadata && !objectField(answer, 'usage_metadata') && !hasList(answer, 'tool_calls')) return false;
  readContent(fieldOf(answer, 'content'), tally);
  const kwargs = fieldOf(answer, 'additional_kwargs');
  if (langChainCalls(answer, kwargs)) tally.hasToolCalls = true;
  const refusal = textField(kwargs, 'refusal');
  if (refusal !== undefined && refusal !== '') tally.refuse();
  // Streams of Anthropic tell it among the additional kwargs, Bedrock one level deeper.
  for (const holder of [metadata, kwargs, fieldOf(metadata, 'messageStop')]) {
    const word = stopWordIn(holder);
    if (word === 'refusal') tally.refuse();
    tally.addFinish(word);
  }
  readResponse(metadata, tally);
  // What a stream of the Responses API asks of its caller, beside the calls of tools.
  for (const item of listField(kwargs, 'tool_outputs')) readOutputItem(item, tally);
  // Those of chunks are added up, as `AIMessageChunk.concat` does.
  tally.growUsage(fieldOf(answer, 'usage_metadata'));
  tally.addModel(textField(metadata, 'model_name') ?? textField(metadata, 'model'));
  return true;
}

function langChainCalls(answer: object, kwargs: unknown): boolean {
  const lists = [...CALLS.map((name) => listField(answer, name)), listField(kwargs, 'tool_calls')];
  // `function_call`: as OpenAI had it before there were tools.
  return lists.some(({ length }) => length > 0) || objectField(kwargs, 'function_call') !== undefined;
}

const REASONS = ['finish_reason', 'stop_reason', 'finishReason', 'stopReason', 'done_reason'];

/** Each integration passes on its provider's own word, under the provider's own name for it. */
export function stopWordIn(holder: unknown): string | undefined {
  return REASONS.map((name) => textField(holder, name)).find((word) => word !== undefined && word !== '');
}

/** Of the Responses API of OpenAI the metadata are the `Response`. Its usage stands in the message as well, and counts once. */
function readResponse(metadata: unknown, tally: AnswerTally): void {
  if (textField(metadata, 'object') !== 'response') return;
  const [status, incomplete_details, error] = ['status', 'incomplete_details', 'error'].map((name) =>
    fieldOf(metadata, name),
  );
  readResponseEnd({ status, incomplete_details, error }, tally);
  for (const item of listField(metadata, 'output')) readOutputItem(item, tally);
}
