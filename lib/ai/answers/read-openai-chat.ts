import { AnswerTally } from './answer-tally.js';
import { fieldOf, hasField, hasList, isBlank, listField, objectField, textField } from './fields.js';

const CHOICE_FIELDS = ['message', 'delta', 'finish_reason'];

/** `ChatCompletion` of OpenAI and all that imitate it, and the older `Completion` (`choices[].text`). */
export function readChatCompletion(answer: object, tally: AnswerTally): boolean {
  if (!hasChatChoices(answer)) return false;
  const choices = listField(answer, 'choices');
  for (const choice of choices) {
    tally.addFinish(fieldOf(choice, 'finish_reason'));
    // As routers report the failure of one provider of theirs.
    if (objectField(choice, 'error')) tally.addFinish('error');
    readChoice(choice, tally);
  }
  if (choices.length > 1 && choices.some(isEmptyChoice)) tally.addEmpty();
  tally.addUsage(fieldOf(answer, 'usage'));
  tally.addModel(textField(answer, 'model'));
  return true;
}

function readChoice(choice: unknown, tally: AnswerTally): void {
  tally.addText(textField(choice, 'text'));
  readChatMessage(fieldOf(choice, 'message'), tally);
}

function isEmptyChoice(choice: unknown): boolean {
  const alone = new AnswerTally(true);
  readChoice(choice, alone);
  const { text, hasToolCalls } = alone.facts;
  return !hasToolCalls && text !== undefined && isBlank(text);
}

/** Answers of an application may have `choices`, too. */
export function hasChatChoices(answer: object): boolean {
  if (!hasList(answer, 'choices')) return false;
  if (/^(?:chat|text)[._]completion/.test(textField(answer, 'object') ?? '')) return true;
  const choices = listField(answer, 'choices');
  // The last chunk of a stream tells the usage alone.
  if (choices.length === 0) return hasField(answer, 'usage');
  return choices.some((choice) => CHOICE_FIELDS.some((name) => hasField(choice, name)));
}

/** A `ChatCompletionMessage`, or the `delta` of a chunk. */
export function readChatMessage(message: unknown, tally: AnswerTally): void {
  const refusal = textField(message, 'refusal');
  if (refusal !== undefined && refusal !== '') tally.refuse();
  const isCall = objectField(message, 'function_call') !== undefined;
  if (isCall || listField(message, 'tool_calls').length > 0) tally.hasToolCalls = true;
  if (objectField(message, 'audio') ?? listField(message, 'images')[0]) tally.addOther();
  readContent(fieldOf(message, 'content'), tally);
}

/** A string, or the parts that some imitators and LangChain have. */
export function readContent(content: unknown, tally: AnswerTally): void {
  if (typeof content === 'string') return tally.addText(content);
  if (!Array.isArray(content)) return;
  for (const part of content) {
    if (typeof part === 'string') tally.addText(part);
    else readContentPart(part, tally);
  }
}

/** Parts of OpenAI (`text`, `output_text`, `refusal`), Anthropic (`text`, `tool_use`) and LangChain, which takes both. */
export function readContentPart(part: unknown, tally: AnswerTally): void {
  switch (fieldOf(part, 'type')) {
    case 'text':
    case 'output_text':
      return tally.addText(textField(part, 'text'));
    case 'refusal':
      return tally.refuse();
    case 'tool_use':
    case 'tool_call':
      tally.hasToolCalls = true;
      return;
    case 'image':
    case 'image_url':
    case 'audio':
    case 'file':
      return tally.addOther();
    default:
  }
}
