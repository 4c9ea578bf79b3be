import { classify } from '../support/value-kind.js';
import type { AnswerRules } from './answer-rules.js';
import type { AnswerFacts } from './answers/answer-facts.js';
import { answerFacts } from './answers/read-answer.js';
import { refusalOf, type AnswerCheck } from './answers/refusal.js';

/** What is known of an answer, and why it is not stored; `undefined`: it is. */
export interface AnswerVerdict {
  readonly facts: AnswerFacts;
  readonly refusal: string | undefined;
}

/** @param storeToolCalls What the rules leave open. */
export function judge<R>(response: R, rules: AnswerRules<R> | undefined, storeToolCalls: boolean): AnswerVerdict {
  const found = answerFacts(response);
  let facts = found;
  try {
    if (rules?.describe) facts = { ...found, ...rules.describe(response) };
  } catch {
    // Who cannot say what it is does not know that it is good.
    return { facts, refusal: 'invalid' };
  }
  if (losesGetters(response)) return { facts, refusal: 'instance' };
  const validate = rules?.validate as AnswerCheck | undefined;
  const refusal = refusalOf(facts, { storeToolCalls: rules?.storeToolCalls ?? storeToolCalls, validate }, response);
  return { facts, refusal };
}

/**
 * Whether it is of a class that works something out when it is read, as the results of the AI SDK do with `text`. What is
 * stored of an object is its own data, so a hit would lack that.
 */
export function losesGetters(response: unknown): boolean {
  if (typeof response !== 'object' || response === null || classify(response).kind !== 'instance') return false;
  for (let at = Object.getPrototypeOf(response) as object | null; at; at = Object.getPrototypeOf(at) as object | null) {
    // The root, of whichever realm.
    if (Object.getPrototypeOf(at) === null) return false;
    if (Object.values(Object.getOwnPropertyDescriptors(at)).some((member) => 'get' in member)) return true;
  }
  return false;
}
