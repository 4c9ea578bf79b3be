import { BadRequestException, PayloadTooLargeException } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';

export const MAX_UPLOAD_BYTES = 20 * 1024 * 1024;

/** How long a client may go on sending after it was told that its file is too large. */
const DRAIN_TIME = 10_000;

/** The whole body, read from the raw stream. */
export async function readUpload(request: IncomingMessage): Promise<Uint8Array> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_UPLOAD_BYTES) throw tooLarge(request);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // `destroyOnReturn: false`: leaving early must not close the socket that the answer goes out on.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > MAX_UPLOAD_BYTES) throw tooLarge(request);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof PayloadTooLargeException) throw error;
    throw new BadRequestException('The upload was broken off.', { cause: error });
  }
  if (length === 0) throw new BadRequestException('The body is empty; send the bytes of a file.');
  return Buffer.concat(chunks, length);
}

/** A client reads no answer while it still sends, so what it sends is read and dropped, for a while. */
function tooLarge(request: IncomingMessage): PayloadTooLargeException {
  request.resume();
  const timer = setTimeout(() => request.destroy(), DRAIN_TIME);
  timer.unref();
  request.once('close', () => clearTimeout(timer));
  return new PayloadTooLargeException(`The file is larger than ${MAX_UPLOAD_BYTES / 1024 / 1024} MB.`);
}
