import { BadRequestException } from '@nestjs/common';
import { isText, readFields, unknownMembers } from '../http/json-body.js';

/** What similar passages are looked for. */
export interface SimilarBody {
  /** What the passages shall be similar to, instead of a passage of the document. */
  readonly text?: string;
  /** Number of the document's passage that they shall be similar to; counted from 1. */
  readonly passage: number;
  /** How many at the most. */
  readonly limit: number;
  /** The least similarity, from -1 to 1. Default: the embedder's. */
  readonly threshold?: number;
  /** Whether the document's own passages are looked at too. */
  readonly includeOwn: boolean;
}

const MEMBERS = ['text', 'passage', 'limit', 'threshold', 'includeOwn'];
const FORM = '{} for the first passage of the document, {"passage": 2}, or {"text": "..."}';
const DEFAULT_LIMIT = 5;
const MOST = 20;
/** As much as models of embeddings take at once, in any script. Characters. */
const LONGEST_TEXT = 4_000;

/** @throws {BadRequestException} in words for whoever sent it, all that is wrong at once */
export function readSimilarBody(bytes: Uint8Array): SimilarBody {
  const body = readFields(bytes, FORM);
  const { text, passage, limit = DEFAULT_LIMIT, threshold, includeOwn = false } = body;
  const faults = [
    ...unknownMembers(body, MEMBERS),
    ...(text === undefined || passage === undefined ? [] : ["Send either 'text' or the number of a 'passage'."]),
    ...(text === undefined || isText(text) ? [] : ["'text' must be a text that is not empty."]),
    ...(isText(text) && text.length > LONGEST_TEXT ? [`'text' must have at most ${LONGEST_TEXT} characters.`] : []),
    ...(passage === undefined || isWhole(passage, Infinity) ? [] : ["'passage' must be a whole number from 1."]),
    ...(isWhole(limit, MOST) ? [] : [`'limit' must be a whole number from 1 to ${MOST}.`]),
    ...(threshold === undefined || isSimilarity(threshold) ? [] : ["'threshold' must be a number from -1 to 1."]),
    ...(typeof includeOwn === 'boolean' ? [] : ["'includeOwn' must be true or false."]),
  ];
  if (faults.length > 0) throw new BadRequestException(faults.join(' '));
  return {
    ...(isText(text) ? { text } : {}),
    ...(isSimilarity(threshold) ? { threshold } : {}),
    passage: (passage ?? 1) as number,
    limit: limit as number,
    includeOwn: includeOwn as boolean,
  };
}

const isWhole = (value: unknown, most: number): boolean =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most;
const isSimilarity = (value: unknown): value is number => typeof value === 'number' && value >= -1 && value <= 1;
