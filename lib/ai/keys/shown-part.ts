import { sha256 } from '../../support/sha256.js';
import type { KeyPart } from './key-part.js';

/** Of a digest; more than enough to see that two differ. */
const DIGEST_CHARACTERS = 12;
/** In characters of its canonical text. */
const VALUE_LIMIT = 80;

/** Parameters that are never a prompt, and whose values a person wants to see. */
const SHOWN = new RegExp(
  '^(?:operation|options\\.model|options\\.(?:model\\.(?:settings\\.)?)?(?:' +
    [
      'provider|promptVersion|prompt_version|temperature|seed|n|stream|store|logprobs|verbosity',
      'top_?[pPkK]|topLogprobs|top_logprobs|min_?[pP]|max(?:Output|Completion)?Tokens|max_(?:output_|completion_)?tokens',
      'maxSteps|maxToolRoundtrips|frequency_?[pP]enalty|presence_?[pP]enalty|repetition_?[pP]enalty',
      'tool_?[cC]hoice(?:\\.type)?|parallel_?[tT]ool_?[cC]alls|response_?[fF]ormat(?:\\.type)?|reasoning_?[eE]ffort',
      'reasoning\\.(?:effort|summary)|thinking\\.(?:type|budget_?[tT]okens)|service_?[tT]ier|truncation|dimensions',
      'encoding_?[fF]ormat|candidateCount|size|quality|language',
    ].join('|') +
    '))$',
);

/** A digest in a canonical text: of a text, of bytes, or of a long value. */
const DIGEST = /#([0-9a-f]{64})\.(\d+)s?\)?$/;

/**
 * A part as it may be shown: a parameter of the sampling by its value, all else by length and digest, since anything may
 * hold a prompt, or what a user has told.
 */
export function shownPart(part: KeyPart | undefined): string {
  if (part === undefined) return 'absent';
  const { path, text, length } = part;
  if (text === '{}' || text === '[]') return text;
  if (SHOWN.test(path) && text.length <= VALUE_LIMIT) return text;
  const found = DIGEST.exec(text);
  if (length !== undefined)
    return `text of ${counted(length, 'character')}${digestText(found?.[1] ?? sha256(plainText(text)))}`;
  if (text.startsWith('Bytes(')) return `${counted(Number(found?.[2]), 'byte')}${digestText(found?.[1] ?? '')}`;
  return `value of ${counted(text.length, 'character')}${digestText(found?.[1] ?? sha256(text))}`;
}

/** The string that a canonical text stands for. */
function plainText(text: string): string {
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}

function counted(count: number, unit: string): string {
  return `${count.toLocaleString('en-US')} ${unit}${count === 1 ? '' : 's'}`;
}

function digestText(digest: string): string {
  return `, sha-256 ${digest.slice(0, DIGEST_CHARACTERS)}...`;
}
