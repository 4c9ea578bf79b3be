import { drawText, textWidth } from './stroke-font.mjs';

/** A sheet that lines of text are set on, from top to bottom; it renders to SVG. */
export class Paper {
  #parts = [];
  #y;

  /**
   * @param {{ width: number, height: number, margin: number, colour?: string }} sheet all in pixels
   */
  constructor({ width, height, margin, colour = '#fff' }) {
    this.width = width;
    this.height = height;
    this.margin = margin;
    this.colour = colour;
    this.#y = margin;
  }

  /** @param {string} text @param {{ capital?: number, x?: number, weight?: number, leading?: number }} [look] */
  line(text, { capital = 22, x = this.margin, weight = 1, leading = 2.1 } = {}) {
    if (textWidth(text, capital) > this.width - x - this.margin / 2)
      throw new Error(`this line is too long for the paper: '${text}'`);
    this.#parts.push(drawText(text, { x, y: this.#y, capital, weight }));
    this.#y += capital * leading;
    return this;
  }

  /** Cells of one row; each starts at its own x. @param {[x: number, text: string][]} cells @param {{ capital?: number, weight?: number }} [look] */
  row(cells, { capital = 22, weight = 1 } = {}) {
    for (const [x, text] of cells) this.#parts.push(drawText(text, { x, y: this.#y, capital, weight }));
    this.#y += capital * 2.1;
    return this;
  }

  rule() {
    this.#parts.push(
      `<path d="M${this.margin} ${this.#y}H${this.width - this.margin}" stroke="#333" stroke-width="2"/>`,
    );
    return this.gap(26);
  }

  /** @param {number} pixels */
  gap(pixels) {
    this.#y += pixels;
    return this;
  }

  toSvg() {
    if (this.#y > this.height) throw new Error(`the text runs ${this.#y - this.height} pixels off the paper`);
    return Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${this.width}" height="${this.height}">` +
        `<rect width="100%" height="100%" fill="${this.colour}"/>${this.#parts.join('')}</svg>`,
    );
  }
}
