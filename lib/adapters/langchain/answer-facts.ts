import type { BaseMessage } from '@langchain/core/messages';
import type { Generation } from '@langchain/core/outputs';
import type { AnswerFacts } from '../../ai/answers/answer-facts.js';
import { fieldOf, isBlank } from '../../ai/answers/fields.js';
import { finishOf, worstFinish } from '../../ai/answers/finish-reason.js';
import { answerFacts } from '../../ai/answers/read-answer.js';
import { stopWordIn } from '../../ai/answers/read-langchain.js';

/** A generation of LangChain, with the message of a chat model. */
export type AnyGeneration = Generation & { readonly message?: BaseMessage };

/** What one generation says of itself. Some integrations tell why the model stopped beside the message alone. */
export function factsOf({ generationInfo, message, text }: AnyGeneration): AnswerFacts {
  const finish = finishOf(stopWordIn(generationInfo));
  if (message === undefined) {
    return { text, finish, hasToolCalls: false, refused: false, usage: undefined, model: undefined };
  }
  const facts = answerFacts(Object.fromEntries(READ.map((name) => [name, fieldOf(message, name)])));
  return { ...facts, finish: worstFinish(finish, facts.finish) };
}

/** By name, and not the message itself: some of these are worked out when they are read. */
const READ = [
  ...['content', 'response_metadata', 'additional_kwargs', 'usage_metadata'],
  ...['tool_calls', 'invalid_tool_calls', 'tool_call_chunks'],
];

/** Of several choices the worst counts, and one that says nothing as the worst of them. */
export function factsOfAll(generations: readonly AnyGeneration[]): AnswerFacts {
  const all = generations.map(factsOf);
  const isEmpty = ({ text, hasToolCalls }: AnswerFacts): boolean =>
    text !== undefined && !hasToolCalls && isBlank(text);
  return {
    text: all.length === 0 || all.some(isEmpty) ? '' : all[0]!.text,
    finish: all.map(({ finish }) => finish).reduce(worstFinish, undefined),
    hasToolCalls: all.some(({ hasToolCalls }) => hasToolCalls),
    refused: all.some(({ refused }) => refused),
    // The provider counts the request as a whole, and each choice is told so.
    usage: all.find(({ usage }) => usage !== undefined)?.usage,
    model: all.find(({ model }) => model !== undefined)?.model,
  };
}
