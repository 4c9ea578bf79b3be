import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

/** A string as a PDF hexadecimal string. @param {Uint8Array} bytes */
export const hexString = (bytes) => `<${Buffer.from(bytes).toString('hex').toUpperCase()}>`;

/** Text for the document information: UTF-16 with a byte-order mark, as PDF wants it. @param {string} text */
export function textString(text) {
  return Buffer.concat([Buffer.from([0xfe, 0xff]), utf16be(text)]);
}

/** @param {string} text */
export function utf16be(text) {
  return Buffer.from(text, 'utf16le').swap16();
}

/** Writes a PDF 1.6 file object by object: as little of the format as the samples need. */
export class PdfWriter {
  /** @type {{ dictionary: string, stream?: Buffer }[]} */
  #objects = [];
  #pages = [];
  #root;
  #tree;

  constructor() {
    this.#root = this.reserve();
    this.#tree = this.reserve();
  }

  /** Takes an object number whose content comes later. */
  reserve() {
    return this.#objects.push({ dictionary: 'null' });
  }

  /** @param {string} dictionary @param {number} [number] a number that was reserved */
  add(dictionary, number = this.reserve()) {
    this.#objects[number - 1] = { dictionary };
    return number;
  }

  /** @param {string} entries of the stream's dictionary @param {Uint8Array} bytes @param {{ deflate?: boolean }} [options] */
  addStream(entries, bytes, { deflate = true } = {}) {
    const stream = deflate ? deflateSync(bytes, { level: 9 }) : Buffer.from(bytes);
    const filter = deflate ? '/Filter /FlateDecode ' : '';
    const number = this.reserve();
    this.#objects[number - 1] = { dictionary: `<< ${entries} ${filter}/Length ${stream.length} >>`, stream };
    return number;
  }

  /** @param {{ content: string | Uint8Array, resources: string }} page A4, upright */
  addPage({ content, resources }) {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
    const stream = this.addStream('', bytes);
    this.#pages.push(
      this.add(
        `<< /Type /Page /Parent ${this.#tree} 0 R /MediaBox [0 0 595 842] /Contents ${stream} 0 R /Resources << ${resources} >> >>`,
      ),
    );
  }

  /**
   * @param {{ title?: string, author?: string, encryption?: import('./pdf-encryption.mjs').PdfEncryption }} [options]
   * @returns {Buffer}
   */
  save({ title, author = 'Kestrel Bay Ferries', encryption } = {}) {
    const string = (number, bytes) => hexString(encryption ? encryption.encrypt(number, bytes) : bytes);
    this.add(`<< /Type /Catalog /Pages ${this.#tree} 0 R >>`, this.#root);
    this.add(
      `<< /Type /Pages /Kids [${this.#pages.map((page) => `${page} 0 R`).join(' ')}] /Count ${this.#pages.length} >>`,
      this.#tree,
    );
    const info = this.reserve();
    this.add(
      `<< ${title ? `/Title ${string(info, textString(title))} ` : ''}/Author ${string(info, textString(author))} >>`,
      info,
    );
    const id = createHash('md5')
      .update(this.#objects.map((object) => object.dictionary).join())
      .digest();
    const encrypt = encryption ? this.add(encryption.dictionary) : undefined;

    const parts = [Buffer.from('%PDF-1.6\n%\xe2\xe3\xcf\xd3\n', 'latin1')];
    let length = parts[0].length;
    const offsets = this.#objects.map(({ dictionary, stream }, index) => {
      const number = index + 1;
      const body = stream && encryption ? encryption.encrypt(number, stream) : stream;
      const head = `${number} 0 obj\n${dictionary}\n`;
      const bytes = Buffer.concat([
        Buffer.from(head, 'latin1'),
        ...(body ? [Buffer.from('stream\n'), body, Buffer.from('\nendstream\n')] : []),
        Buffer.from('endobj\n'),
      ]);
      parts.push(bytes);
      const offset = length;
      length += bytes.length;
      return offset;
    });
    const size = offsets.length + 1;
    const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
    const key = hexString(encryption ? encryption.id : id);
    parts.push(
      Buffer.from(
        `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${size} /Root ${this.#root} 0 R /Info ${info} 0 R ` +
          `/ID [${key} ${key}]${encrypt ? ` /Encrypt ${encrypt} 0 R` : ''} >>\nstartxref\n${length}\n%%EOF\n`,
        'latin1',
      ),
    );
    return Buffer.concat(parts);
  }
}
