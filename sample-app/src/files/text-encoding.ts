import { UnreadableFileError } from './unreadable-file.error.js';

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

export interface DecodedText {
  readonly text: string;
  readonly encoding: TextEncoding;
  /** Whether the file says its encoding itself, by a byte-order mark. */
  readonly marked: boolean;
}

const hasPrefix = (bytes: Uint8Array, ...prefix: number[]): boolean =>
  prefix.every((byte, index) => bytes[index] === byte);

function decode(bytes: Uint8Array, encoding: TextEncoding): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Bytes that no text holds: everything below a space but tab, line ends, form feed and escape. */
function controlCharacter(text: string): number {
  // oxlint-disable-next-line no-control-regex
  return text.search(/[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f\u007f]/u);
}

/** @throws {UnreadableFileError} the bytes are not text */
export function decodeText(bytes: Uint8Array): DecodedText {
  const marked: TextEncoding | undefined = hasPrefix(bytes, 0xef, 0xbb, 0xbf)
    ? 'utf-8'
    : hasPrefix(bytes, 0xff, 0xfe)
      ? 'utf-16le'
      : hasPrefix(bytes, 0xfe, 0xff)
        ? 'utf-16be'
        : undefined;
  if (marked) {
    const text = decode(bytes, marked);
    if (text === undefined) {
      throw new UnreadableFileError(`The file begins as ${marked} text, but it is not valid ${marked} throughout.`);
    }
    return { text, encoding: marked, marked: true };
  }
  const encoding: TextEncoding = decode(bytes, 'utf-8') === undefined ? 'windows-1252' : 'utf-8';
  const text = decode(bytes, encoding) ?? '';
  const position = controlCharacter(text);
  if (position >= 0) {
    const code = text.charCodeAt(position).toString(16).padStart(2, '0');
    throw new UnreadableFileError(
      `The file is neither a PDF nor Markdown nor text: the control character 0x${code} at position ${position} is not text.`,
    );
  }
  return { text, encoding, marked: false };
}
