const NUMBER = /-?\d[\d.eE+-]*/g;

/** More digits than a double tells apart, or an exponent that may be out of its range. */
const LONG = /\d{16}|[eE][+-]?\d{3}/;

/**
 * The numbers in a JSON text that may lose, when they are parsed, what makes them differ from others: `9007199254740993` and
 * `9007199254740992` are one double, and two seeds. In their order; digits in strings are none.
 */
export function longNumbers(text: string): string[] {
  // Hardly any text has so much as a candidate.
  return LONG.test(text) ? [...outsideStrings(text)].flatMap((part) => part.match(NUMBER) ?? []).filter(isLong) : [];
}

function isLong(number: string): boolean {
  return LONG.test(number.replace('.', ''));
}

function* outsideStrings(text: string): Generator<string> {
  let at = 0;
  for (;;) {
    const start = text.indexOf('"', at);
    yield start < 0 ? text.slice(at) : text.slice(at, start);
    if (start < 0) return;
    at = endOfString(text, start + 1);
  }
}

/** The text is JSON: each string has an end. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return at + 1;
  }
  return text.length;
}
