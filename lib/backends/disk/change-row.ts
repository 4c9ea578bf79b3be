import { Buffer } from 'node:buffer';

/** What stands in the log. `sender`: the client of the file that has changed it, empty for none that has to be spared. */
export type LoggedChange = { readonly sender: string } & (
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'pattern'; readonly path: string; readonly pattern: string }
  | { readonly kind: 'everything' }
);

/** In bytes. What is longer is told as a change of everything: nobody's pattern shall fill the file. */
const LONGEST = 1_024;

const KEY = 'k'.charCodeAt(0);
const PATTERN = 'p'.charCodeAt(0);
const EVERYTHING = 'e'.charCodeAt(0);

/** Kind u8, length of the sender u8, sender, then the key, or `[path, pattern]` as JSON. */
export function encodeChange(change: LoggedChange): Buffer {
  const { kind, sender } = change;
  const text = kind === 'key' ? change.key : kind === 'pattern' ? JSON.stringify([change.path, change.pattern]) : '';
  const from = Buffer.from(sender);
  const said = Buffer.from(text);
  if (said.length > LONGEST) return encodeChange({ kind: 'everything', sender });
  const sign = kind === 'key' ? KEY : kind === 'pattern' ? PATTERN : EVERYTHING;
  return Buffer.concat([Buffer.of(sign, from.length), from, said]);
}

/** What cannot be read may have told of any change. */
export function decodeChange(row: Buffer): LoggedChange {
  const end = 2 + (row[1] ?? 0);
  const sender = row.toString('utf8', 2, end);
  const text = row.toString('utf8', end);
  if (row[0] === KEY) return { kind: 'key', sender, key: text };
  const place = row[0] === PATTERN ? parsed(text) : undefined;
  if (!place) return { kind: 'everything', sender: row[0] === EVERYTHING ? sender : '' };
  return { kind: 'pattern', sender, ...place };
}

function parsed(text: string): { path: string; pattern: string } | undefined {
  try {
    const [path, pattern] = JSON.parse(text) as unknown[];
    return typeof path === 'string' && typeof pattern === 'string' ? { path, pattern } : undefined;
  } catch {
    return undefined;
  }
}
