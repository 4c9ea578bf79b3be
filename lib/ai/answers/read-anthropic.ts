import type { AnswerTally } from './answer-tally.js';
import { fieldOf, hasField, hasList, textField } from './fields.js';
import { readContent } from './read-openai-chat.js';

/** `Message` of Anthropic. A `pause_turn` is unfinished, and so `other`. */
export function readAnthropicMessage(answer: object, tally: AnswerTally): boolean {
  if (!hasList(answer, 'content')) return false;
  if (!hasField(answer, 'stop_reason') && !isMessage(answer)) return false;
  readContent(fieldOf(answer, 'content'), tally);
  readStop(answer, tally);
  tally.addUsage(fieldOf(answer, 'usage'));
  tally.addModel(textField(answer, 'model'));
  return true;
}

function isMessage(answer: object): boolean {
  return fieldOf(answer, 'type') === 'message' && fieldOf(answer, 'role') === 'assistant';
}

/** @param holder a message, or the `delta` of a `message_delta`. */
export function readStop(holder: unknown, tally: AnswerTally): void {
  const reason = fieldOf(holder, 'stop_reason');
  tally.addFinish(reason);
  if (reason === 'refusal') tally.refuse();
}
