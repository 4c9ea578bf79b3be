import { Readable } from 'node:stream';
import { CacheUsageError } from '../../support/errors.js';

/** Streams that were handed in. */
const taken = new WeakSet<object>();

/**
 * Refuses a stream that was read before, by others or by us: what is left of it, often nothing, would pass for the content, and
 * all documents whose stream was read would share the result of an empty one. A stream that has failed tells so itself when it
 * is read.
 * @throws CacheUsageError
 */
export function takeContent(content: unknown): void {
  if (!isStream(content)) return;
  const { errored } = content as { errored?: unknown };
  const isSpent = taken.has(content) || Readable.isDisturbed(content as Readable);
  taken.add(content);
  if (!isSpent || (errored !== undefined && errored !== null)) return;
  throw new CacheUsageError(
    'The stream of the content was read or closed before, so nobody can tell what was in it. Open a new one for each call.',
  );
}

/** Closes a stream that nobody is going to read: else its file stays open, and its error is heard by nobody and ends the process. */
export function abandonContent(content: unknown): void {
  if (content instanceof Readable) {
    content.on('error', () => {});
    content.destroy();
  } else if (content instanceof ReadableStream && !content.locked) {
    content.cancel().catch(() => {});
  }
}

/** Of Node (whose streams tell whether they were read, also those of other packages), or of the web. */
function isStream(content: unknown): content is object {
  if (typeof content !== 'object' || content === null) return false;
  return 'readableDidRead' in content || content instanceof ReadableStream;
}
