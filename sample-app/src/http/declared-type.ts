import { UnsupportedMediaTypeException } from '@nestjs/common';
import { describeFile, fileKind } from '../files/file-kind.js';
import type { FileKind } from '../files/file-kind.js';
import { UnreadableFileError } from '../files/unreadable-file.error.js';

const DECLARATIONS: readonly [pattern: RegExp, kind: FileKind][] = [
  [/^application\/pdf$/u, 'pdf'],
  [/^image\/png$/u, 'png'],
  [/^image\/jpe?g$/u, 'jpeg'],
  [/^text\/(?:plain|markdown|x-markdown)$/u, 'text'],
];

/** The bytes are kept as they come, so a body that was packed for transport would be taken for another file. */
export function checkContentEncoding(contentEncoding: string | undefined): void {
  const codings = contentEncoding?.split(',').map((coding) => coding.trim().toLowerCase()) ?? [];
  if (codings.every((coding) => coding === '' || coding === 'identity')) return;
  throw new UnsupportedMediaTypeException(
    `The body has the Content-Encoding '${contentEncoding}'; send the bytes of the file as they are.`,
  );
}

/**
 * Compares what the sender says of a file with its bytes. Types that say nothing of documents, such as curl's default, pass.
 * @throws {UnreadableFileError} the bytes are something else than declared
 */
export function checkDeclaredType(contentType: string | undefined, bytes: Uint8Array): void {
  const declared = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (declared.startsWith('multipart/')) {
    throw new UnsupportedMediaTypeException(
      'Send the bytes of the file as the body (curl --data-binary @file), not a form.',
    );
  }
  const expected = DECLARATIONS.find(([pattern]) => pattern.test(declared))?.[1];
  if (expected === undefined || expected === fileKind(bytes)) return;
  throw new UnreadableFileError(`The file is declared as ${declared}, but it is ${describeFile(bytes)}.`);
}
