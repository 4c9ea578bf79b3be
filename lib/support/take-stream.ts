import { Readable } from 'node:stream';
import { CacheUsageError } from './errors.js';

/** What was handed in to be read to its end. */
const taken = new WeakSet<object>();

/**
 * Refuses a stream that was read before, by others or by us: what is left of it, often nothing, would pass for its content, and
 * all files whose stream was read would share the hash of an empty one. A stream that has failed tells so itself when it is
 * read. Of a generator only we know that we have read it; what begins anew each time may be read as often.
 * @throws CacheUsageError
 */
export function takeStream(content: unknown): void {
  if (!endsOnce(content)) return;
  const { errored } = content as { errored?: unknown };
  const isSpent = taken.has(content) || Readable.isDisturbed(content as Readable);
  taken.add(content);
  if (!isSpent || (errored !== undefined && errored !== null)) return;
  throw new CacheUsageError(
    'The stream was read or closed before, so nobody can tell what was in it. Open a new one for each call.',
  );
}

/** A stream of Node (which tells whether it was read, also those of other packages) or of the web, or an iterator of its own. */
function endsOnce(content: unknown): content is object {
  if (typeof content !== 'object' || content === null) return false;
  if ('readableDidRead' in content || content instanceof ReadableStream) return true;
  return 'next' in content && typeof content.next === 'function';
}
