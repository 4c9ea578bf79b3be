import { BadRequestException } from '@nestjs/common';
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

type Fields = Readonly<Record<string, unknown>>;

/** @throws {BadRequestException} in words for whoever sent it, all that is wrong at once */
export function readAiBody(bytes: Uint8Array): AiBody {
  const body = parse(bytes);
  const { hash, text, question, options } = body;
  const faults = [
    ...unknown(body, MEMBERS, ''),
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

function parse(bytes: Uint8Array): Fields {
  try {
    const body: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isFields(body)) return body;
  } catch {
    // Said below; the parser's own words would repeat the text.
  }
  throw new BadRequestException('The body must be a JSON object: {"text": "..."} or {"hash": "..."}.');
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
  return [...unknown(options, Object.keys(OPTIONS), 'options.'), ...limits];
}

function unknown(fields: Fields, known: readonly string[], path: string): string[] {
  const others = Object.keys(fields).filter((name) => !known.includes(name));
  return others.map((name) => `There is no '${path}${name.slice(0, 40)}'; known are ${known.join(', ')}.`);
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isHash = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/iu.test(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';
