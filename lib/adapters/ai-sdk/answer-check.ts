import type { AnswerFacts } from '../../ai/answers/answer-facts.js';
import { fieldOf, listField, textField } from '../../ai/answers/fields.js';
import type { FinishReason } from '../../ai/answers/finish-reason.js';
import type { LanguageModelAnswer, LanguageModelParams } from './model-shapes.js';

const NAMED: ReadonlySet<string> = new Set<FinishReason>(['stop', 'tool-calls', 'length', 'content-filter', 'error']);

/** A model has to say that it has come to its end: one that tells no reason, or one that is not known, has not. */
export function factsOfAnswer({ finishReason }: LanguageModelAnswer): Partial<AnswerFacts> {
  const { unified } = finishReason;
  return { finish: NAMED.has(unified) ? (unified as FinishReason) : 'other' };
}

/** Whether a call for JSON was answered with JSON. What asks for tools is no answer yet. */
export function isSoundAnswer(params: LanguageModelParams, answer: LanguageModelAnswer): boolean {
  if (!wantsJson(params) || answer.content.some(asksForTool)) return true;
  const texts = listField(answer, 'content').filter((part) => fieldOf(part, 'type') === 'text');
  const text = textField(answer, 'structuredOutputText') ?? texts.map((part) => textField(part, 'text')).join('');
  return isJson(text);
}

/** A tool that the provider has run itself is a part of the answer. */
export function asksForTool(part: unknown): boolean {
  return fieldOf(part, 'type') === 'tool-call' && fieldOf(part, 'providerExecuted') !== true;
}

export function wantsJson({ responseFormat }: LanguageModelParams): boolean {
  return responseFormat?.type === 'json';
}

const FENCED = /^\s*```[a-z]*\s*\n([\s\S]*?)\n?\s*```\s*$/i;

/** Also within the fence that some models put round it, and a middleware of the SDK takes away. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(FENCED.exec(text)?.[1] ?? text);
    return true;
  } catch {
    return false;
  }
}
