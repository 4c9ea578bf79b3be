/**
 * The shapes of each Arabic letter, in Unicode's own order: isolated, final, initial, medial.
 * @type {Map<string, string[]>}
 */
const SHAPES = new Map();
for (let code = 0xfe80; code <= 0xfefc; code++) {
  const shape = String.fromCodePoint(code);
  const letters = shape.normalize('NFKC');
  SHAPES.set(letters, [...(SHAPES.get(letters) ?? []), shape]);
}

const joinsForward = (letters) => SHAPES.get(letters)?.length === 4;
const joinsBackward = (letters) => (SHAPES.get(letters)?.length ?? 0) >= 2;

/** Letters as they are written: lam and alef are one sign. @param {string} word */
function signs(word) {
  return word.match(/لا|لأ|لإ|لآ|./gu) ?? [];
}

/** Letters replaced by the shapes that a typesetter would draw. @param {string} text */
function shaped(text) {
  return text
    .split(' ')
    .map((word) => {
      const list = signs(word);
      return list.map((letters, index) => {
        const shapes = SHAPES.get(letters);
        if (!shapes) return letters;
        const joined = index > 0 && joinsForward(list[index - 1]) && joinsBackward(letters);
        const joins = joinsForward(letters) && index + 1 < list.length && joinsBackward(list[index + 1]);
        return shapes[(joined ? 1 : 0) + (joins ? 2 : 0)];
      });
    })
    .flatMap((word, index) => (index ? [' ', ...word] : word));
}

/**
 * A line of Arabic as a PDF shows it: shaped, and from the left edge of the paper to the right one.
 * @param {string} text in reading order
 * @returns {string[]} one string a glyph
 */
export function visualGlyphs(text) {
  return shaped(text).reverse();
}
