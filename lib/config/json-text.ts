import { CacheConfigError } from '../support/errors.js';

/** A mark, a string, or another scalar, after blanks. */
const TOKEN =
  /\s*(?:([{}[\],:])|("(?:[^"\\\t\n\r]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-]))/y;

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end';

/** What a text in JSON says. @throws CacheConfigError naming the line. */
export function readJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's own message quotes the file, and so perhaps a password; and it seldom tells the line.
    const line = text.slice(0, faultOffset(text.trimEnd())).split('\n').length;
    throw new CacheConfigError([{ path, message: `line ${line}: bad JSON.` }]);
  }
}

/** Where a text stops being JSON: the offset of the first token that cannot stand there. */
function faultOffset(text: string): number {
  const open: string[] = [];
  let expected: Expected = 'value';
  for (let at = 0; ; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const match: RegExpExecArray | null = TOKEN.exec(text);
    const next: Expected | undefined = match ? after(match, expected, open) : undefined;
    if (next === undefined) return at + /^\s*/.exec(text.slice(at))![0].length;
    expected = next;
  }
}

/** What may follow a token; `undefined` when the token itself cannot stand there. */
function after([, mark, string]: RegExpExecArray, expected: Expected, open: string[]): Expected | undefined {
  if (mark === '}' || mark === ']') {
    const closes = open.pop() === mark && (expected === ', or end' || expected.endsWith(mark));
    return closes ? ', or end' : undefined;
  }
  if (mark === ',') {
    if (expected !== ', or end' || open.length === 0) return undefined;
    return open.at(-1) === '}' ? 'key' : 'value';
  }
  if (mark === ':') return expected === ':' ? 'value' : undefined;
  if (expected.startsWith('key')) return string === undefined ? undefined : ':';
  if (!expected.startsWith('value')) return undefined;
  if (mark === undefined) return ', or end';
  open.push(mark === '{' ? '}' : ']');
  return mark === '{' ? 'key or }' : 'value or ]';
}
