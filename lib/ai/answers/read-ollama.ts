import type { AnswerTally } from './answer-tally.js';
import { fieldOf, objectField, textField } from './fields.js';
import { readChatMessage } from './read-openai-chat.js';

/** `ChatResponse` and `GenerateResponse` of Ollama's own API, whole or one of a stream, whose last one is `done`. */
export function readOllamaResponse(answer: object, tally: AnswerTally): boolean {
  if (typeof fieldOf(answer, 'done') !== 'boolean' || textField(answer, 'created_at') === undefined) return false;
  const message = objectField(answer, 'message');
  const text = textField(answer, 'response');
  if (message === undefined && text === undefined) return false;
  tally.addText(text);
  readChatMessage(message, tally);
  tally.addFinish(fieldOf(answer, 'done_reason'));
  tally.addUsage(answer);
  tally.addModel(textField(answer, 'model'));
  return true;
}
