import type { AnswerTally } from './answer-tally.js';
import { fieldOf, listField, objectField, textField } from './fields.js';
import { finishOf } from './finish-reason.js';
import { readContent } from './read-openai-chat.js';

/** Items of `output` by which the model asks its caller to do something. What OpenAI runs itself has other names. */
const CALLS: ReadonlySet<unknown> = new Set([
  ...['function_call', 'custom_tool_call', 'computer_call', 'local_shell_call', 'shell_call', 'apply_patch_call'],
  'mcp_approval_request',
]);

/** `Response` of OpenAI's Responses API. */
export function readOpenAiResponse(answer: object, tally: AnswerTally): boolean {
  if (fieldOf(answer, 'object') !== 'response') return false;
  readResponseEnd(answer, tally);
  readOutput(answer, tally);
  return true;
}

export function readOutput(response: unknown, tally: AnswerTally): void {
  for (const item of listField(response, 'output')) {
    readOutputItem(item, tally);
    if (fieldOf(item, 'type') === 'message') readContent(fieldOf(item, 'content'), tally);
  }
}

/** All but the output. */
export function readResponseEnd(response: unknown, tally: AnswerTally): void {
  const status = fieldOf(response, 'status');
  const reason = fieldOf(fieldOf(response, 'incomplete_details'), 'reason');
  if (status === 'incomplete') tally.addFinish(finishOf(reason) ?? 'other');
  else tally.addFinish(status);
  if (objectField(response, 'error')) tally.addFinish('error');
  tally.addUsage(fieldOf(response, 'usage'));
  tally.addModel(textField(response, 'model'));
}

export function readOutputItem(item: unknown, tally: AnswerTally): void {
  const type = fieldOf(item, 'type');
  if (CALLS.has(type)) tally.hasToolCalls = true;
  else if (type === 'image_generation_call') tally.addOther();
}
