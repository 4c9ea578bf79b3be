import type { AnswerFacts } from './answer-facts.js';
import { fieldOf, isBlank } from './fields.js';

/** Why an answer is not stored. */
export type Refusal =
  'error' | 'cut' | 'refused' | 'content-filter' | 'length' | 'other' | 'tool-calls' | 'empty' | 'invalid';

/** Whether an answer is what the application expects. A schema of zod fits, by its `safeParse`. */
export type AnswerCheck =
  ((response: unknown) => unknown) | { safeParse(response: unknown): { readonly success: boolean } };

/** Which answers are stored. */
export interface StoreRules {
  /** An answer that asks for tools belongs to one run of a conversation. Default false: it is not stored. */
  readonly storeToolCalls?: boolean;
  /** Called at once, with the answer. `false`, a failed parse, an error or a promise: it is not stored. */
  readonly validate?: AnswerCheck | undefined;
}

/**
 * Why the answer is not to be stored, the gravest reason first; `undefined` when it is. What an answer does not tell is no
 * reason.
 * - `error`: the provider failed. `cut`: a stream without its end. `refused`: the model declined.
 * - `content-filter` `length`: it was stopped on the way. `other`: it ended for a reason that is not known.
 * - `tool-calls`: it asks for tools. `empty`: no text but white space. `invalid`: `validate` said so.
 *
 * @param response what `validate` is given.
 */
export function refusalOf(facts: AnswerFacts, rules: StoreRules, response?: unknown): Refusal | undefined {
  const { finish, hasToolCalls } = facts;
  if (finish === 'error') return 'error';
  if (facts.ended === false) return 'cut';
  if (facts.refused) return 'refused';
  if (finish === 'content-filter' || finish === 'length' || finish === 'other') return finish;
  const asksForTools = hasToolCalls || finish === 'tool-calls';
  if (asksForTools && rules.storeToolCalls !== true) return 'tool-calls';
  if (!asksForTools && facts.text !== undefined && isBlank(facts.text)) return 'empty';
  return rules.validate === undefined || isValid(rules.validate, response) ? undefined : 'invalid';
}

function isValid(validate: AnswerCheck, response: unknown): boolean {
  try {
    if ('safeParse' in validate) return validate.safeParse(response).success;
    const verdict = validate(response);
    if (!isPromise(verdict)) return verdict !== false;
    // Nobody waits for it: its failure must not end the process.
    verdict.then(undefined, () => undefined);
    return false;
  } catch {
    return false;
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof fieldOf(value, 'then') === 'function';
}
