import { Worker } from 'node:worker_threads';
import { UnreadableFileError } from '../../files/unreadable-file.error.js';

/** What the thread answers: the text of each page, or why there is none. */
export type PdfReply = { readonly title: string; readonly pages: string[] } | { readonly unreadable: string };

export interface PdfText {
  readonly title: string;
  readonly pages: readonly string[];
}

const TIME_LIMIT = 30_000;
const HEAP_LIMIT_MB = 1_024;

/** A thread that reads one PDF after the other. One whose file was unreadable, or that failed, is not used again. */
export class PdfThread {
  readonly #worker = new Worker(new URL('./pdf-worker.mjs', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MB },
  });
  #job: { settle: (reply: PdfReply) => void; fail: (error: Error) => void } | undefined;

  #end: Error | undefined;

  constructor() {
    const end = (reason: Error): void => {
      this.#end ??= reason;
      this.#job?.fail(reason);
    };
    this.#worker.on('message', (reply: PdfReply) => this.#job?.settle(reply));
    this.#worker.on('error', (error) => end(explained(error)));
    this.#worker.on('exit', (code) => end(new Error(`The PDF reader stopped with code ${code}.`)));
    this.#worker.unref();
  }

  async read(bytes: Uint8Array): Promise<PdfReply> {
    if (this.#end) throw this.#end;
    const copy = new Uint8Array(bytes);
    let timer: NodeJS.Timeout | undefined;
    this.#worker.ref();
    try {
      return await new Promise<PdfReply>((settle, fail) => {
        this.#job = { settle, fail };
        timer = setTimeout(
          () => fail(new UnreadableFileError(`The PDF takes more than ${TIME_LIMIT / 1000} s to read.`)),
          TIME_LIMIT,
        );
        this.#worker.postMessage(copy, [copy.buffer]);
      });
    } finally {
      clearTimeout(timer);
      this.#job = undefined;
      this.#worker.unref();
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

function explained(error: unknown): Error {
  const outOfMemory = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  if (outOfMemory) return new UnreadableFileError(`The PDF takes more than ${HEAP_LIMIT_MB} MB of memory to read.`);
  return error instanceof Error ? error : new Error('The PDF reader failed.', { cause: error });
}
