import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';

import { sha256 } from '../../support/sha256.js';

/** In UTF-16 code units. A text of 50 MB is read in pieces of this size, so that no encoded copy of it is ever made. */
const SLICE = 65_536;
/** Of ill-formed text: see `sha256`. UTF-8 never contains it. */
const ILL_FORMED = Buffer.of(0xff);

/** In Node since version 20; TypeScript's ES2023 library does not know it yet. */
type CheckedString = string & { isWellFormed(): boolean };

/** The same as `sha256` of the text, of its UTF-8 therefore, read slice by slice. */
export function digestOfText(text: string): string {
  if (text.length <= SLICE) return sha256(text);
  const hash = createHash('sha256');
  if ((text as CheckedString).isWellFormed()) {
    for (let start = 0; start < text.length;) {
      const end = endOfSlice(text, start);
      hash.update(text.slice(start, end), 'utf8');
      start = end;
    }
    return hash.digest('hex');
  }
  hash.update(ILL_FORMED);
  for (let start = 0; start < text.length; start += SLICE) {
    hash.update(Buffer.from(text.slice(start, start + SLICE), 'utf16le'));
  }
  return hash.digest('hex');
}

/** Never between the halves of a surrogate pair: each would be encoded as U+FFFD. */
function endOfSlice(text: string, start: number): number {
  const end = start + SLICE;
  if (end >= text.length) return text.length;
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}
