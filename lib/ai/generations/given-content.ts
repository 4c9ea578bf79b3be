import { Readable } from 'node:stream';

/** Closes a stream that nobody is going to read: else its file stays open, and its error is heard by nobody and ends the process. */
export function abandonContent(content: unknown): void {
  if (content instanceof Readable) {
    content.on('error', () => {});
    content.destroy();
  } else if (content instanceof ReadableStream && !content.locked) {
    content.cancel().catch(() => {});
  }
}
