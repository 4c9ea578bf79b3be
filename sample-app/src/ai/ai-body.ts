import { BadRequestException } from '@nestjs/common';
import { isFields, isText, readFields, unknownMembers } from '../http/json-body.js';
import type { AiTaskOptions } from './ai-engine.js';
import type { AiOperation } from './ai-operation.js';

/** What a caller sends: a text, or the hash of a file whose text was read before. */
export interface AiBody {
  readonly hash?: string;
  readonly text?: string;
  readonly question?: string;
  readonly options: AiTaskOptions;
}

const MEMBERS = ['hash', 'text', 'question', 'options'];
const OPTIONS: Readonly<Record<keyof AiTaskOptions, { least: number; most: number; whole: boolean }>> = {
  count: { least: 1, most: 20, whole: true },
  temperature: { least: 0, most: 2, whole: false },
  maxTokens: { least: 1, most: 100_000, whole: true },
};

/** @throws {BadRequestException} in words for whoever sent it, all that is wrong at once */
export function readAiBody(bytes: Uint8Array): AiBody {
  const body = readFields(bytes, '{"text": "..."} or {"hash": "..."}');
  const { hash, text, question, options } = body;
  const faults = [
    ...unknownMembers(body, MEMBERS),
    ...((hash === undefined) === (text === undefined) ? ["Send either 'text', or the 'hash' of a file."] : []),
    ...(hash === undefined || isHash(hash) ? [] : ["'hash' must be 64 hexadecimal digits (sha-256)."]),
    ...(text === undefined || isText(text) ? [] : ["'text' must be a text that is not empty."]),
    ...(question === undefined || isText(question) ? [] : ["'question' must be a text that is not empty."]),
    ...optionFaults(options),
  ];
  if (faults.length > 0) throw new BadRequestException(faults.join(' '));
  return {
    ...(isHash(hash) ? { hash: hash.toLowerCase() } : {}),
    ...(isText(text) ? { text } : {}),
    ...(isText(question) ? { question } : {}),
    options: options ?? {},
  };
}

/** A question is what `qa` is about, and nothing that another operation reads. @throws {BadRequestException} */
export function checkQuestion(operation: AiOperation, { question }: AiBody): void {
  if (operation === 'qa' && question === undefined) throw new BadRequestException("qa needs a 'question'.");
  if (operation !== 'qa' && question !== undefined) {
    throw new BadRequestException(`${operation} takes no 'question'; POST /ai/qa answers questions.`);
  }
}

function optionFaults(options: unknown): string[] {
  if (options === undefined) return [];
  if (!isFields(options)) return ["'options' must be an object."];
  const limits = Object.entries(OPTIONS).flatMap(([name, { least, most, whole }]) => {
    const value = options[name];
    const fits = typeof value === 'number' && value >= least && value <= most && (!whole || Number.isInteger(value));
    const kind = whole ? 'a whole number' : 'a number';
    return value === undefined || fits ? [] : [`'options.${name}' must be ${kind} from ${least} to ${most}.`];
  });
  return [...unknownMembers(options, Object.keys(OPTIONS), 'options.'), ...limits];
}

const isHash = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/iu.test(value);
