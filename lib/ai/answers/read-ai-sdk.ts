import type { AnswerTally } from './answer-tally.js';
import { fieldOf, hasField, hasList, listField, objectField, textField } from './fields.js';

/**
 * `GenerateTextResult` and `GenerateObjectResult` of the AI SDK (5 and 6: `text` or `object`, `finishReason`, `toolCalls`,
 * `usage`, `totalUsage`, `response.modelId`), and what a model itself gives: `doGenerate` of `LanguageModelV2` to
 * `LanguageModelV4` (`content` parts, `finishReason`, `usage`).
 */
export function readAiSdkResult(answer: object, tally: AnswerTally): boolean {
  if (!hasField(answer, 'finishReason')) return false;
  tally.addFinish(fieldOf(answer, 'finishReason'));
  if (objectField(answer, 'totalUsage')) tally.addUsage(fieldOf(answer, 'totalUsage'));
  else tally.addUsage(fieldOf(answer, 'usage'));
  tally.addModel(textField(fieldOf(answer, 'response'), 'modelId'));
  const text = textField(answer, 'text');
  tally.addText(text);
  for (const part of listField(answer, 'content')) readPart(part, tally, text === undefined);
  for (const call of listField(answer, 'toolCalls')) addCall(call, tally);
  if (listField(answer, 'files').length > 0) tally.addOther();
  // Of `generateObject`, or of a shape that is not known any further: nothing says that it is empty.
  if (text === undefined && !hasList(answer, 'content')) tally.addOther();
  return true;
}

/** @param isText whether the text is in the parts alone. */
function readPart(part: unknown, tally: AnswerTally, isText: boolean): void {
  const type = fieldOf(part, 'type');
  if (type === 'text' && isText) tally.addText(textField(part, 'text'));
  else if (type === 'tool-call') addCall(part, tally);
  // Of a tool that the provider would run itself, once somebody has allowed it.
  else if (type === 'tool-approval-request') tally.hasToolCalls = true;
  else if (type === 'file' || type === 'reasoning-file' || type === 'custom') tally.addOther();
}

function addCall(call: unknown, tally: AnswerTally): void {
  if (fieldOf(call, 'providerExecuted') !== true) tally.hasToolCalls = true;
}
