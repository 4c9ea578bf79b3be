/**
 * A stroke font of this project's own, so that pages with readable text can be drawn on a machine without any font.
 * One glyph is a width and an SVG path in a box whose capitals stand from y = 0 to the baseline at y = 10;
 * small letters rise to 3.3 and descend to 13. The pen is round and 1.15 wide.
 */
const PEN = 1.15;
const GAP = 2.25;
const SPACE = 4.4;
const BOWL = 'M0 6.6A2.8 3.4 0 1 1 5.6 6.6A2.8 3.4 0 1 1 0 6.6Z';

/** @type {Record<string, [width: number, path: string]>} */
const GLYPHS = {
  A: [7.2, 'M0 10L3.6 0L7.2 10M1.3 6.6H5.9'],
  B: [6.4, 'M0 0H3.4A2.3 2.3 0 0 1 3.4 4.6H0M3.4 4.6H3.7A2.7 2.7 0 0 1 3.7 10H0V0'],
  C: [7.7, 'M7.7 2.2A4.2 5 0 1 0 7.7 7.8'],
  D: [7.2, 'M0 0V10H2.6A4.6 5 0 0 0 2.6 0Z'],
  E: [6, 'M6 0H0V10H6M0 4.8H5.2'],
  F: [5.8, 'M5.8 0H0V10M0 4.9H5.1'],
  G: [7.9, 'M7.6 2.2A4.2 5 0 1 0 7.9 7.6V5.4H4.6'],
  H: [7, 'M0 0V10M7 0V10M0 4.8H7'],
  I: [3.2, 'M0 0H3.2M1.6 0V10M0 10H3.2'],
  J: [4.2, 'M4.2 0V7.2A2.2 2.8 0 0 1 0 7.6'],
  K: [6.8, 'M0 0V10M6.6 0L0 6.2M2.3 4.1L6.8 10'],
  L: [5.6, 'M0 0V10H5.6'],
  M: [8.4, 'M0 10V0L4.2 7.6L8.4 0V10'],
  N: [6.8, 'M0 10V0L6.8 10V0'],
  O: [8.4, 'M4.2 0A4.2 5 0 1 0 4.2 10A4.2 5 0 1 0 4.2 0Z'],
  P: [6.4, 'M0 10V0H3.6A2.8 2.8 0 0 1 3.6 5.6H0'],
  Q: [8.4, 'M4.2 0A4.2 5 0 1 0 4.2 10A4.2 5 0 1 0 4.2 0ZM5 7.2L8.2 10.8'],
  R: [6.8, 'M0 10V0H3.6A2.8 2.8 0 0 1 3.6 5.6H0M3.4 5.6L6.8 10'],
  S: [
    6.7,
    'M6.4 2.1C5.8 .7 4.7 0 3.3 0C1.6 0 .4 1 .4 2.5C.4 4 1.6 4.5 3.4 4.9C5.3 5.3 6.7 5.9 6.7 7.5C6.7 9 5.3 10 3.4 10C1.7 10 .5 9.2 0 7.7',
  ],
  T: [7, 'M0 0H7M3.5 0V10'],
  U: [6.8, 'M0 0V6.6A3.4 3.4 0 0 0 6.8 6.6V0'],
  V: [7.2, 'M0 0L3.6 10L7.2 0'],
  W: [10.6, 'M0 0L2.7 10L5.3 1.4L7.9 10L10.6 0'],
  X: [6.8, 'M0 0L6.8 10M6.8 0L0 10'],
  Y: [7, 'M0 0L3.5 5.2L7 0M3.5 5.2V10'],
  Z: [6.6, 'M0 0H6.6L0 10H6.6'],
  a: [
    5.2,
    'M.5 4.6C1 3.6 1.9 3.2 2.9 3.2C4.4 3.2 5.2 4 5.2 5.4V10M5.2 6.2H3C1 6.2 0 7 0 8.1C0 9.3 .9 10 2.2 10C3.8 10 5.2 9 5.2 7.4',
  ],
  b: [5.6, `M0 -.4V10${BOWL}`],
  c: [5.3, 'M5.3 4.7A2.9 3.4 0 1 0 5.3 8.5'],
  d: [5.6, `M5.6 -.4V10${BOWL}`],
  e: [5.6, 'M.1 6.5H5.6A2.8 3.3 0 1 0 4.9 8.7'],
  f: [3.8, 'M3.9 -.3C2.2 -.6 1.5 .3 1.5 1.8V10M0 3.4H3.6'],
  g: [5.6, `M5.6 3.3V10.4C5.6 12.2 4.6 13.1 2.9 13.1C1.7 13.1 .8 12.7 .3 11.8${BOWL}`],
  h: [5.2, 'M0 -.4V10M0 6A2.6 2.8 0 0 1 5.2 6V10'],
  i: [0.4, 'M.2 3.3V10M.2 .5V.9'],
  j: [1.6, 'M1.6 3.3V11C1.6 12.4 1 13 -.2 12.9M1.6 .5V.9'],
  k: [5, 'M0 -.4V10M4.8 3.3L0 7.6M1.8 6L5 10'],
  l: [1.6, 'M0 -.4V8.4C0 9.5 .5 10 1.6 9.9'],
  m: [8.8, 'M0 3.3V10M0 6A2.2 2.7 0 0 1 4.4 6V10M4.4 6A2.2 2.7 0 0 1 8.8 6V10'],
  n: [5.2, 'M0 3.3V10M0 6A2.6 2.8 0 0 1 5.2 6V10'],
  o: [5.8, 'M2.9 3.2A2.9 3.4 0 1 0 2.9 10A2.9 3.4 0 1 0 2.9 3.2Z'],
  p: [5.6, `M0 3.3V13.2${BOWL}`],
  q: [5.6, `M5.6 3.3V13.2${BOWL}`],
  r: [3.4, 'M0 3.3V10M0 6.4C.3 4.3 1.6 3.1 3.4 3.4'],
  s: [
    4.8,
    'M4.6 4.7C4.2 3.7 3.4 3.2 2.4 3.2C1.1 3.2 .3 3.9 .3 4.9C.3 5.9 1.1 6.2 2.4 6.5C3.8 6.8 4.8 7.2 4.8 8.3C4.8 9.4 3.8 10 2.4 10C1.2 10 .3 9.5 0 8.4',
  ],
  t: [3.7, 'M1.6 1.2V8C1.6 9.5 2.2 10 3.7 9.9M0 3.4H3.6'],
  u: [5.2, 'M0 3.3V7.2A2.6 2.8 0 0 0 5.2 7.2M5.2 3.3V10'],
  v: [5.4, 'M0 3.3L2.7 10L5.4 3.3'],
  w: [8.4, 'M0 3.3L2.1 10L4.2 4.2L6.3 10L8.4 3.3'],
  x: [5, 'M0 3.3L5 10M5 3.3L0 10'],
  y: [5.6, 'M0 3.3L2.8 9.8M5.6 3.3L2.6 10.6C1.9 12.3 1.3 13 -.1 12.9'],
  z: [4.8, 'M0 3.3H4.8L0 10H4.8'],
  0: [6, 'M3 0A3 5 0 1 0 3 10A3 5 0 1 0 3 0Z'],
  1: [5, 'M.4 2.3L2.8 0V10M.6 10H5'],
  2: [6, 'M.3 2.8C.3 1.1 1.4 0 3.1 0C4.8 0 5.8 1.1 5.8 2.6C5.8 4.2 4.6 5.4 .2 10H6'],
  3: [
    6,
    'M.4 1.6C1 .6 1.9 0 3 0C4.6 0 5.7 1 5.7 2.4C5.7 3.9 4.6 4.8 2.6 4.8C4.8 4.8 6 5.8 6 7.4C6 9 4.7 10 3 10C1.6 10 .5 9.3 0 8.1',
  ],
  4: [6.4, 'M4.6 10V0L0 7H6.4'],
  5: [6, 'M5.6 0H1L.5 4.6C1.2 4 2 3.7 2.9 3.7C4.7 3.7 6 4.9 6 6.8C6 8.7 4.7 10 2.9 10C1.5 10 .5 9.3 0 8.2'],
  6: [
    6,
    'M5.5 1.3C5 .5 4.2 0 3.2 0C1.2 0 0 2 0 5.6C0 8.6 1.2 10 3.1 10C4.9 10 6 8.8 6 7C6 5.2 4.9 4 3.2 4C1.6 4 .4 5 0 6.4',
  ],
  7: [6, 'M0 0H6L2.2 10'],
  8: [6, 'M3 0A2.5 2.35 0 1 0 3 4.7A2.5 2.35 0 1 0 3 0ZM3 4.7A3 2.65 0 1 0 3 10A3 2.65 0 1 0 3 4.7Z'],
  9: [
    6,
    'M.5 8.7C1 9.5 1.8 10 2.8 10C4.8 10 6 8 6 4.4C6 1.4 4.8 0 2.9 0C1.1 0 0 1.2 0 3C0 4.8 1.1 6 2.8 6C4.4 6 5.6 5 6 3.6',
  ],
  '.': [0.4, 'M.2 9.7V10'],
  ',': [0.8, 'M.6 9.6V10L-.1 11.7'],
  ':': [0.4, 'M.2 4.2V4.5M.2 9.7V10'],
  ';': [0.8, 'M.6 4.2V4.5M.6 9.6V10L-.1 11.7'],
  '!': [0.4, 'M.2 0V6.8M.2 9.7V10'],
  '?': [5.2, 'M0 2.4C.2 .9 1.2 0 2.7 0C4.2 0 5.2 1 5.2 2.4C5.2 4.2 2.7 4.4 2.7 7M2.7 9.7V10'],
  "'": [0.4, 'M.2 -.2V2.2'],
  '-': [3, 'M0 6.2H3'],
  '+': [6, 'M0 6H6M3 3V9'],
  '=': [6, 'M0 4.6H6M0 7.6H6'],
  '/': [4.4, 'M0 11L4.4 -1'],
  '(': [2, 'M2 -1C-.5 2 -.5 8.6 2 12'],
  ')': [2, 'M0 -1C2.5 2 2.5 8.6 0 12'],
  '%': [9, 'M7.6 0L1.4 10M2 0A2 2.3 0 1 0 2 4.6A2 2.3 0 1 0 2 0ZM7 5.4A2 2.3 0 1 0 7 10A2 2.3 0 1 0 7 5.4Z'],
  '&': [
    7,
    'M7 10L1.6 3.4C.6 2 1.2 0 3 0C4.7 0 5.3 1.9 4 3.2C2.6 4.4 0 5.2 0 7.5C0 9 1.2 10 2.8 10C4.8 10 6.4 8.2 6.8 5.6',
  ],
};

/** @param {string} character */
function glyphOf(character) {
  const glyph = GLYPHS[character];
  if (!glyph) throw new Error(`the stroke font has no glyph for '${character}'`);
  return glyph;
}

/**
 * The width of a line of text in pixels.
 * @param {string} text
 * @param {number} capital the height of a capital letter in pixels
 */
export function textWidth(text, capital) {
  const units = [...text].reduce(
    (sum, character) => sum + (character === ' ' ? SPACE : glyphOf(character)[0] + GAP),
    0,
  );
  return (units * capital) / 10;
}

/**
 * One line of text as an SVG group.
 * @param {string} text
 * @param {{ x: number, y: number, capital: number, ink?: string, weight?: number }} place `y` is the top of the capitals
 */
export function drawText(text, { x, y, capital, ink = '#111', weight = 1 }) {
  let pen = 0;
  const strokes = [];
  for (const character of text) {
    if (character === ' ') {
      pen += SPACE;
      continue;
    }
    const [width, path] = glyphOf(character);
    strokes.push(`<path transform="translate(${pen.toFixed(2)} 0)" d="${path}"/>`);
    pen += width + GAP;
  }
  return (
    `<g transform="translate(${x} ${y}) scale(${capital / 10})" fill="none" stroke="${ink}" stroke-width="${PEN * weight}" ` +
    `stroke-linecap="round" stroke-linejoin="round">${strokes.join('')}</g>`
  );
}
