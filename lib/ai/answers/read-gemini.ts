import type { AnswerTally } from './answer-tally.js';
import { fieldOf, hasField, hasList, listField, objectField, textField } from './fields.js';

/** `GenerateContentResponse` of Gemini, whole or one of a stream. A prompt that was blocked has no candidates. */
export function readGeminiResponse(answer: object, tally: AnswerTally): boolean {
  const blocked = textField(fieldOf(answer, 'promptFeedback'), 'blockReason');
  if (!hasGeminiCandidates(answer) && blocked === undefined) return false;
  for (const candidate of listField(answer, 'candidates')) {
    for (const part of listField(fieldOf(candidate, 'content'), 'parts')) readPart(part, tally);
    tally.addFinish(fieldOf(candidate, 'finishReason'));
  }
  if (blocked !== undefined) tally.addFinish('content-filter');
  tally.addUsage(fieldOf(answer, 'usageMetadata'));
  tally.addModel(textField(answer, 'modelVersion'));
  return true;
}

/** Answers of an application may have `candidates`, too. */
function hasGeminiCandidates(answer: object): boolean {
  // One that has none is an empty answer, or the last of a stream.
  if (fieldOf(answer, 'candidates') === undefined) {
    return objectField(answer, 'usageMetadata') !== undefined && textField(answer, 'modelVersion') !== undefined;
  }
  if (!hasList(answer, 'candidates')) return false;
  if (hasField(answer, 'usageMetadata')) return true;
  return listField(answer, 'candidates').some(
    (candidate) => hasField(candidate, 'finishReason') || hasList(fieldOf(candidate, 'content'), 'parts'),
  );
}

function readPart(part: unknown, tally: AnswerTally): void {
  // A summary of the reasoning, and no answer.
  if (fieldOf(part, 'thought') === true) return;
  tally.addText(textField(part, 'text'));
  if (objectField(part, 'functionCall')) tally.hasToolCalls = true;
  if (objectField(part, 'inlineData') ?? objectField(part, 'fileData')) tally.addOther();
}
