/** What cameras and programs write about an image, as far as it tells where the image comes from. */
export interface Exif {
  readonly make?: string;
  readonly model?: string;
  readonly software?: string;
  readonly artist?: string;
  readonly modified?: string;
  readonly taken?: string;
  readonly hasLocation: boolean;
}

const ASCII = 2;
const SHORT_STRING = 4;
const MAX_ENTRIES = 500;

const TAGS = {
  make: 0x010f,
  model: 0x0110,
  software: 0x0131,
  modified: 0x0132,
  artist: 0x013b,
  exif: 0x8769,
  gps: 0x8825,
};
const TAKEN = 0x9003;

interface Entry {
  readonly type: number;
  readonly count: number;
  /** Where the four bytes of its value, or of the value's offset, stand. */
  readonly at: number;
}

/** The directories of a TIFF structure (EXIF 2.3, section 4.6.2), read leniently: what is damaged is absent. */
class TiffReader {
  readonly #view: DataView;
  readonly #little: boolean;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#little = bytes[0] === 0x49;
  }

  get firstDirectory(): number {
    return this.#view.byteLength >= 8 ? this.#view.getUint32(4, this.#little) : 0;
  }

  directory(offset: number): Map<number, Entry> {
    const entries = new Map<number, Entry>();
    if (offset <= 0 || offset + 2 > this.#view.byteLength) return entries;
    const count = Math.min(MAX_ENTRIES, this.#view.getUint16(offset, this.#little));
    for (let at = offset + 2; at + 12 <= this.#view.byteLength && entries.size < count; at += 12) {
      entries.set(this.#view.getUint16(at, this.#little), {
        type: this.#view.getUint16(at + 2, this.#little),
        count: this.#view.getUint32(at + 4, this.#little),
        at: at + 8,
      });
    }
    return entries;
  }

  number(entry: Entry | undefined): number {
    return entry ? this.#view.getUint32(entry.at, this.#little) : 0;
  }

  text(entry: Entry | undefined): string | undefined {
    if (entry?.type !== ASCII) return undefined;
    const start = entry.count <= SHORT_STRING ? entry.at : this.number(entry);
    const end = start + entry.count;
    if (end > this.#view.byteLength) return undefined;
    const bytes = Buffer.from(this.#view.buffer, this.#view.byteOffset + start, entry.count);
    return bytes.toString('utf8').replaceAll('\0', '').trim() || undefined;
  }
}

/** @param block as sharp hands it out, with or without its `Exif` prefix */
export function readExif(block: Uint8Array | undefined): Exif | undefined {
  if (!block) return undefined;
  const prefixed = Buffer.from(block.buffer, block.byteOffset, 6).toString('latin1') === 'Exif\0\0';
  const reader = new TiffReader(prefixed ? block.subarray(6) : block);
  const main = reader.directory(reader.firstDirectory);
  const details = reader.directory(reader.number(main.get(TAGS.exif)));
  const texts = {
    make: reader.text(main.get(TAGS.make)),
    model: reader.text(main.get(TAGS.model)),
    software: reader.text(main.get(TAGS.software)),
    artist: reader.text(main.get(TAGS.artist)),
    modified: reader.text(main.get(TAGS.modified)),
    taken: reader.text(details.get(TAKEN)),
  };
  const present = Object.entries(texts).filter(([, value]) => value !== undefined);
  return { ...(Object.fromEntries(present) as Partial<Exif>), hasLocation: main.has(TAGS.gps) };
}
