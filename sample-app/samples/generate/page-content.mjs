import { hexString } from './pdf-writer.mjs';

/** Operators that set lines of text on one A4 page, from the top down. */
export class PageContent {
  #operators = ['BT'];
  #y = 842 - 72;

  /**
   * @param {string} font the resource's name @param {number} size @param {Uint8Array} codes the text in the font's encoding
   * @param {{ x?: number, leading?: number }} [place]
   */
  line(font, size, codes, { x = 64, leading = 1.42 } = {}) {
    this.#operators.push(`/${font} ${size} Tf 1 0 0 1 ${x} ${this.#y.toFixed(1)} Tm ${hexString(codes)} Tj`);
    this.#y -= size * leading;
    return this;
  }

  /** @param {number} points */
  gap(points) {
    this.#y -= points;
    return this;
  }

  toString() {
    if (this.#y < 30) throw new Error('the text runs off the page');
    return [...this.#operators, 'ET'].join('\n');
  }
}
