import { UnreadableFileError } from '../files/unreadable-file.error.js';

/** One part of an image file: a JPEG segment (`name` is its marker) or a PNG chunk. */
export interface ImagePart {
  readonly name: string;
  readonly data: Uint8Array;
}

export interface ImageStructure {
  readonly parts: readonly ImagePart[];
  /** Bytes behind the end of the image: nothing shows them, so they are where things are hidden. */
  readonly trailing: number;
}

const JPEG_START_OF_SCAN = 0xda;
const JPEG_END = 0xd9;

const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0');

/** @throws {UnreadableFileError} the file ends before its image does */
export function pngStructure(bytes: Uint8Array): ImageStructure {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const parts: ImagePart[] = [];
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const end = at + 12 + length;
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (end > bytes.length) break;
    parts.push({ name, data: bytes.subarray(at + 8, end - 4) });
    if (name === 'IEND') return { parts, trailing: bytes.length - end };
    at = end;
  }
  throw new UnreadableFileError('The PNG is cut off: it ends before its IEND chunk.');
}

/** @throws {UnreadableFileError} the file ends before its image does */
export function jpegStructure(bytes: Uint8Array): ImageStructure {
  const parts: ImagePart[] = [];
  let at = 2;
  while (at + 1 < bytes.length) {
    if (bytes[at] !== 0xff) throw new UnreadableFileError(`The JPEG is damaged: no marker at byte ${at}.`);
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === JPEG_END) return { parts, trailing: bytes.length - at - 2 };
    if (isBareMarker(marker)) {
      at += 2;
      continue;
    }
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    const end = at + 2 + length;
    if (length < 2 || end > bytes.length) break;
    parts.push({ name: hex(marker), data: bytes.subarray(at + 4, end) });
    at = marker === JPEG_START_OF_SCAN ? endOfScan(bytes, end) : end;
  }
  throw new UnreadableFileError('The JPEG is cut off: its end marker is missing.');
}

/** Markers without a length: TEM and the restart markers. */
const isBareMarker = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);

/** Compressed data ends at the next marker; FF 00 stands for a byte of data, restart markers belong to it. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next !== undefined && next !== 0x00 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return bytes.length;
}
