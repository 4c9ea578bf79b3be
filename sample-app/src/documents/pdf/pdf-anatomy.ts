import { createInflate } from 'node:zlib';
import { UnreadableFileError } from '../../files/unreadable-file.error.js';

const MIB = 1024 * 1024;

/** A page of text unpacks to kilobytes; only a file made to exhaust the machine needs more than this in all. */
const MAX_UNPACKED = 100 * MIB;
/** Pictures are large by nature, and reading text never unpacks them, so each is only held to this. */
const MAX_UNPACKED_PICTURE = 512 * MIB;
/** The end marker belongs into the last 1,024 bytes (ISO 32000-1, annex H.3.4.4); some writers append a little more. */
const TAIL = 2048;

interface PdfStream {
  readonly dictionary: string;
  readonly packed: Uint8Array;
}

/** What can be told of a PDF from its bytes, before anything interprets it. */
export interface PdfAnatomy {
  /** `1.7` of `%PDF-1.7`. */
  readonly version: string;
  /** Bytes before the header; 0 in a proper file. */
  readonly headerOffset: number;
  /** How often the file was saved: each save appends an end marker. */
  readonly revisions: number;
  readonly linearized: boolean;
  /** The dictionaries of all objects, those in packed object streams included, names unescaped. */
  readonly objects: string;
}

/**
 * Takes a PDF apart far enough to refuse one that is cut off, encrypted or a decompression bomb.
 * @throws {UnreadableFileError}
 */
export async function pdfAnatomy(bytes: Uint8Array): Promise<PdfAnatomy> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const { outside, streams } = split(file);
  const headerOffset = file.indexOf('%PDF-', 0, 'latin1');
  const version = /^\d\.\d/u.exec(file.toString('latin1', headerOffset + 5, headerOffset + 8))?.[0] ?? 'unknown';
  const linearized = /\/Linearized\s+[\d.]+/u.test(outside.slice(0, 2048));

  const endMarkers = [...outside.matchAll(/%%EOF/gu)].length;
  const declaredLength = linearized ? Number(/\/L\s+(\d+)/u.exec(outside.slice(0, 2048))?.[1] ?? 0) : 0;
  if (!file.subarray(-TAIL).includes('%%EOF', 0, 'latin1') || declaredLength > file.length) {
    throw new UnreadableFileError('The PDF is cut off: its end marker (%%EOF) is missing.');
  }
  if (/\/Encrypt\s+(?:\d+\s+\d+\s+R|<<)/u.test(outside)) {
    throw new UnreadableFileError('The PDF is encrypted; send a copy without password and restrictions.');
  }

  const packedObjects = await unpackAll(streams);
  const revisions = linearized ? Math.max(1, endMarkers - 1) : endMarkers;
  const objects = [outside, ...packedObjects].join('\n').replace(/#([0-9a-f]{2})/giu, (_, hex: string) => {
    return String.fromCharCode(Number.parseInt(hex, 16));
  });
  return { version, headerOffset, revisions, linearized, objects };
}

/** Separates the content of streams, which may be anything, from the objects around it. */
function split(file: Buffer): { outside: string; streams: PdfStream[] } {
  const outside: string[] = [];
  const streams: PdfStream[] = [];
  let from = 0;
  for (let at = file.indexOf('stream', 0, 'latin1'); at >= 0; at = file.indexOf('stream', at + 6, 'latin1')) {
    const before = file.toString('latin1', from, at);
    const lineEnd = file[at + 6] === 0x0d && file[at + 7] === 0x0a ? 2 : file[at + 6] === 0x0a ? 1 : 0;
    if (lineEnd === 0 || !/>>\s*$/u.test(before.slice(-20))) continue;
    const start = at + 6 + lineEnd;
    const dictionary = before.slice(before.lastIndexOf(' obj') + 4);
    const end = streamEnd(file, start, dictionary);
    outside.push(before);
    streams.push({ dictionary, packed: file.subarray(start, end) });
    from = end;
    at = end;
  }
  outside.push(file.toString('latin1', from));
  return { outside: outside.join(''), streams };
}

function streamEnd(file: Buffer, start: number, dictionary: string): number {
  const declared = /\/Length\s+(\d+)(?!\s+\d+\s+R)/u.exec(dictionary)?.[1];
  if (declared !== undefined) {
    const end = start + Number(declared);
    if (/^\s*endstream/u.test(file.toString('latin1', end, end + 16))) return end;
  }
  const found = file.indexOf('endstream', start, 'latin1');
  return found < 0 ? file.length : found;
}

/** Unpacks every deflated stream without keeping it, and returns the text of those that hold objects. */
async function unpackAll(streams: readonly PdfStream[]): Promise<string[]> {
  const objects: string[] = [];
  let total = 0;
  for (const { dictionary, packed } of streams) {
    if (!/\/Fl(?:ateDecode)?\b/u.test(dictionary)) continue;
    const isPicture = /\/Subtype\s*\/Image\b/u.test(dictionary);
    const keep = /\/Type\s*\/ObjStm\b/u.test(dictionary);
    const limit = isPicture ? MAX_UNPACKED_PICTURE : MAX_UNPACKED - total;
    const { length, text } = await inflate(packed, limit, keep);
    if (length > limit) {
      throw new UnreadableFileError(
        `The PDF is a decompression bomb: its streams unpack to more than ${(isPicture ? MAX_UNPACKED_PICTURE : MAX_UNPACKED) / MIB} MB.`,
      );
    }
    if (!isPicture) total += length;
    if (keep) objects.push(text);
  }
  return objects;
}

/** The unpacked length, counted no further than a little beyond `limit`. Damage ends it early: the reader will judge that. */
async function inflate(packed: Uint8Array, limit: number, keep: boolean): Promise<{ length: number; text: string }> {
  const unpacker = createInflate({ chunkSize: 256 * 1024 });
  const parts: string[] = [];
  let length = 0;
  unpacker.end(packed);
  try {
    for await (const chunk of unpacker as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (keep) parts.push(chunk.toString('latin1'));
      if (length > limit) break;
    }
  } catch {
    // not deflated after all, or cut; what came out so far was counted
  }
  return { length, text: parts.join('') };
}
