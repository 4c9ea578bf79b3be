import type { BaseMessage } from '@langchain/core/messages';
import type { Generation } from '@langchain/core/outputs';
import type { AnswerFacts } from '../../ai/answers/answer-facts.js';
import { fieldOf, isBlank, listField, objectField, textField } from '../../ai/answers/fields.js';
import { finishOf, worstFinish } from '../../ai/answers/finish-reason.js';
import { answerFacts } from '../../ai/answers/read-answer.js';

/** A generation of LangChain, with the message of a chat model. */
export type AnyGeneration = Generation & { readonly message?: BaseMessage };

const REASONS = ['finish_reason', 'stop_reason', 'finishReason', 'stopReason', 'done_reason'];

/** The word of the provider for why it stopped, wherever the integration has put it; `undefined` when it says nothing. */
export function stopWordOf({ generationInfo, message }: AnyGeneration): string | undefined {
  const metadata: unknown = message?.response_metadata;
  // Streams of Anthropic tell it among the additional kwargs, Bedrock one level deeper.
  const holders = [generationInfo, metadata, message?.additional_kwargs, fieldOf(metadata, 'messageStop')];
  for (const holder of holders) {
    for (const name of REASONS) {
      const word = textField(holder, name);
      if (word !== undefined && word !== '') return word;
    }
  }
  return statusWordOf(metadata);
}

/** The responses of OpenAI have a status, and of one that is not complete the reason. */
function statusWordOf(metadata: unknown): string | undefined {
  if (textField(metadata, 'object') !== 'response') return undefined;
  const status = textField(metadata, 'status');
  if (status !== 'incomplete') return status;
  return textField(fieldOf(metadata, 'incomplete_details'), 'reason') ?? status;
}

/** What one generation says of itself. */
export function factsOf(generation: AnyGeneration): AnswerFacts {
  const { message, text } = generation;
  const finish = finishOf(stopWordOf(generation));
  if (message === undefined) {
    return { text, finish, hasToolCalls: false, refused: false, usage: undefined, model: undefined };
  }
  const { content, response_metadata, additional_kwargs } = message;
  const usage_metadata = fieldOf(message, 'usage_metadata');
  const facts = answerFacts({ content, response_metadata, additional_kwargs, usage_metadata });
  return { ...facts, finish, hasToolCalls: facts.hasToolCalls || callsTool(message) };
}

/**
 * Whether a message, or the fields of one, asks for a tool. A call whose arguments could not be read is one all the same, and
 * so is one that an integration has left where its provider had it.
 */
export function callsTool(message: object): boolean {
  const { additional_kwargs: kwargs } = message as { readonly additional_kwargs?: unknown };
  const lists = CALLS.map((name) => listField(message, name));
  return [...lists, listField(kwargs, 'tool_calls')].some(({ length }) => length > 0) || isCall(kwargs);
}

const CALLS = ['tool_calls', 'invalid_tool_calls', 'tool_call_chunks'];

/** As OpenAI had it before there were tools. */
function isCall(kwargs: unknown): boolean {
  return objectField(kwargs, 'function_call') !== undefined;
}

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
