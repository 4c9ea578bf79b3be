/** `?`: one code point. */
const ANY = -1;
/** `*`: any run of code points. */
const STAR = -2;

/** Ranges of code points, first and last by turns. */
interface CharacterClass {
  readonly negated: boolean;
  readonly ranges: readonly number[];
}

/** A literal code point, `ANY`, `STAR`, or a class. */
type Token = number | CharacterClass;

/**
 * A matcher of whole keys. In the pattern
 * - `*` is any run of characters, also an empty one, also of `:` and line ends;
 * - `?` is one code point, so one emoji; a lone surrogate counts as one;
 * - `[abc]` `[a-z]` is one of these, `[^a]` `[!a]` one of all others. As in Redis `]` always ends a class, `\]` stands for itself in
 *   it, `[]` matches nothing, and a range may run backwards. `-` at either end is itself. An unterminated `[` is a literal;
 * - `\x` is `x` itself, at the end of the pattern a backslash;
 * - anything else is itself; case counts.
 *
 * Matching never backtracks further than the last `*`: at worst it takes key length times pattern length steps, for any pattern.
 */
export function compileGlob(pattern: string): (key: string) => boolean {
  const tokens = parse(pattern);
  const stars = tokens.filter((token) => token === STAR).length;
  if (tokens.every((token) => typeof token === 'number' && token !== ANY)) {
    const literal = literalPrefix(pattern);
    if (stars === 0) return (key) => key === literal;
    // Sound for whole characters only: a lone surrogate in the pattern is not the half of a pair in the key.
    if (stars === 1 && tokens.at(-1) === STAR && !/\p{Cs}$/u.test(literal)) return (key) => key.startsWith(literal);
  }
  return (key) => matches(tokens, key);
}

/** A pattern that matches `text` and nothing else. */
export function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&');
}

/** What every key that matches begins with; the whole pattern, unescaped, when it has no special characters. */
export function literalPrefix(pattern: string): string {
  let prefix = '';
  for (const token of parse(pattern)) {
    if (typeof token !== 'number' || token < 0) break;
    prefix += String.fromCodePoint(token);
  }
  return prefix;
}

/**
 * Two pointers. When the rest fails, the last star takes one character more; an earlier star never has to, because whatever it
 * could still take, the last one can take as well. So `*a*a*a*b` does not explode as its regular expression does.
 */
function matches(tokens: readonly Token[], key: string): boolean {
  let at = 0;
  let token = 0;
  let afterStar = -1;
  let starEnd = 0;
  while (at < key.length) {
    const code = key.codePointAt(at)!;
    const expected = tokens[token];
    if (expected === STAR) {
      token += 1;
      afterStar = token;
      starEnd = at;
    } else if (expected !== undefined && accepts(expected, code)) {
      token += 1;
      at += code > 0xffff ? 2 : 1;
    } else if (afterStar >= 0) {
      starEnd += key.codePointAt(starEnd)! > 0xffff ? 2 : 1;
      at = starEnd;
      token = afterStar;
    } else {
      return false;
    }
  }
  while (tokens[token] === STAR) token += 1;
  return token === tokens.length;
}

function accepts(token: Token, code: number): boolean {
  if (typeof token === 'number') return token === code || token === ANY;
  const { ranges, negated } = token;
  for (let index = 0; index < ranges.length; index += 2) {
    if (code >= ranges[index]! && code <= ranges[index + 1]!) return !negated;
  }
  return negated;
}

function parse(pattern: string): Token[] {
  // By code point, so that classes and literals never see half of a pair.
  const characters = Array.from(pattern);
  const tokens: Token[] = [];
  let unterminated = false;
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!;
    if (character === '*') {
      if (tokens.at(-1) !== STAR) tokens.push(STAR);
    } else if (character === '?') {
      tokens.push(ANY);
    } else if (character === '\\' && at + 1 < characters.length) {
      at += 1;
      tokens.push(codeOf(characters[at]!));
    } else if (character === '[' && !unterminated) {
      const end = endOfClass(characters, at + 1);
      // Nothing ends a later class either; looking again for each would cost the square of the pattern's length.
      unterminated = end < 0;
      tokens.push(end < 0 ? codeOf(character) : parseClass(characters.slice(at + 1, end)));
      if (end >= 0) at = end;
    } else {
      tokens.push(codeOf(character));
    }
  }
  return tokens;
}

function endOfClass(characters: readonly string[], from: number): number {
  for (let at = from; at < characters.length; at++) {
    if (characters[at] === '\\') at += 1;
    else if (characters[at] === ']') return at;
  }
  return -1;
}

function parseClass(characters: readonly string[]): CharacterClass {
  const negated = characters[0] === '^' || characters[0] === '!';
  const ranges: number[] = [];
  let at = negated ? 1 : 0;
  const next = (): number => {
    if (characters[at] === '\\' && at + 1 < characters.length) at += 1;
    const code = codeOf(characters[at]!);
    at += 1;
    return code;
  };
  while (at < characters.length) {
    const first = next();
    let second = first;
    if (characters[at] === '-' && at + 1 < characters.length) {
      at += 1;
      second = next();
    }
    ranges.push(Math.min(first, second), Math.max(first, second));
  }
  return { negated, ranges };
}

function codeOf(character: string): number {
  return character.codePointAt(0)!;
}
