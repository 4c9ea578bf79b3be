export type FileKind = 'pdf' | 'png' | 'jpeg' | 'text' | 'other';

interface Signature {
  readonly kind: FileKind;
  readonly label: string;
  readonly magic: readonly (number | undefined)[];
}

const ascii = (text: string): number[] => [...Buffer.from(text, 'latin1')];
const any = (count: number): undefined[] => Array.from({ length: count }, () => undefined);

const SIGNATURES: readonly Signature[] = [
  { kind: 'png', label: 'a PNG image', magic: [0x89, ...ascii('PNG\r\n'), 0x1a, 0x0a] },
  { kind: 'jpeg', label: 'a JPEG image', magic: [0xff, 0xd8, 0xff] },
  { kind: 'other', label: 'a GIF image', magic: ascii('GIF8') },
  { kind: 'other', label: 'a WebP image', magic: [...ascii('RIFF'), ...any(4), ...ascii('WEBP')] },
  { kind: 'other', label: 'a TIFF image', magic: [...ascii('II*'), 0] },
  { kind: 'other', label: 'a TIFF image', magic: [...ascii('MM'), 0, ...ascii('*')] },
  { kind: 'other', label: 'a HEIC or AVIF image', magic: [...any(4), ...ascii('ftyp')] },
  { kind: 'other', label: 'a ZIP archive or an Office document', magic: [...ascii('PK'), 3, 4] },
  { kind: 'other', label: 'an old Office document', magic: [0xd0, 0xcf, 0x11, 0xe0] },
  { kind: 'other', label: 'gzip data', magic: [0x1f, 0x8b] },
];

// ISO 32000-1 wants the header first; readers accept it anywhere in the first 1,024 bytes (annex H.3.4.1).
const PDF_HEADER_WITHIN = 1024;

const matches = (bytes: Uint8Array, { magic }: Signature): boolean =>
  bytes.length >= magic.length && magic.every((byte, index) => byte === undefined || byte === bytes[index]);

/** What a file is, by its own first bytes; whatever has no known signature is taken for text until it is decoded. */
export function fileKind(bytes: Uint8Array): FileKind {
  const signature = SIGNATURES.find((candidate) => matches(bytes, candidate));
  if (signature) return signature.kind;
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, PDF_HEADER_WITHIN));
  return head.includes('%PDF-', 0, 'latin1') ? 'pdf' : 'text';
}

/** The same in words: `a PNG image`. */
export function describeFile(bytes: Uint8Array): string {
  const signature = SIGNATURES.find((candidate) => matches(bytes, candidate));
  if (signature) return signature.label;
  return fileKind(bytes) === 'pdf' ? 'a PDF' : 'neither a PDF nor an image';
}
