import { fieldOf, listField, objectField, textField } from './fields.js';
import { readGeminiResponse } from './read-gemini.js';
import { readLangChainMessage } from './read-langchain.js';
import { readOllamaResponse } from './read-ollama.js';
import { hasChatChoices, readChatMessage } from './read-openai-chat.js';
import type { StreamTally } from './stream-tally.js';

/**
 * `ChatCompletionChunk` of OpenAI and all that imitate it. It ends when each choice has its `finish_reason`; a last chunk
 * without choices tells the usage. `false` when the item is none.
 */
export function takeChatChunk(item: object, tally: StreamTally): boolean {
  if (!hasChatChoices(item)) return false;
  tally.begin();
  for (const choice of listField(item, 'choices')) takeChoice(choice, tally);
  tally.addUsage(fieldOf(item, 'usage'));
  tally.addModel(textField(item, 'model'));
  return true;
}

function takeChoice(choice: unknown, tally: StreamTally): void {
  const index = fieldOf(choice, 'index') ?? 0;
  tally.addText(textField(choice, 'text'));
  readChatMessage(fieldOf(choice, 'delta'), tally);
  if (objectField(choice, 'error')) tally.addFinish('error');
  const reason = textField(choice, 'finish_reason');
  if (reason === undefined || reason === '') return tally.beginChoice(index);
  tally.addFinish(reason);
  tally.endChoice(index);
}

/** `AIMessageChunk` of LangChain. It has no end that all integrations tell: one with a reason to finish is one. */
export function takeLangChainChunk(item: object, tally: StreamTally): boolean {
  if (!readLangChainMessage(item, tally)) return false;
  if (tally.finish !== undefined) tally.end();
  return true;
}

/** `GenerateContentResponse`, one of many. It ends with a reason to finish. */
export function takeGeminiChunk(item: object, tally: StreamTally): boolean {
  if (!readGeminiResponse(item, tally)) return false;
  tally.begin();
  if (tally.finish !== undefined) tally.end();
  return true;
}

/** One of many of Ollama. It ends with the one that is `done`. */
export function takeOllamaChunk(item: object, tally: StreamTally): boolean {
  if (!readOllamaResponse(item, tally)) return false;
  tally.begin();
  if (fieldOf(item, 'done') === true) tally.end();
  return true;
}
