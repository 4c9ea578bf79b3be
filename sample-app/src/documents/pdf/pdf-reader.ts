import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { availableParallelism } from 'node:os';
import { UnreadableFileError } from '../../files/unreadable-file.error.js';
import { ResourcePool } from '../../support/resource-pool.js';
import type { DocumentContent } from '../document.js';
import { firstLine } from '../document.js';
import { pdfAnatomy } from './pdf-anatomy.js';
import { PdfThread } from './pdf-thread.js';

/** More than one, so that a hostile file does not keep all others waiting until its time is up. */
const MAX_THREADS = 2;

/** The text of PDFs, read beside the main thread. */
@Injectable()
export class PdfReader implements OnApplicationShutdown {
  readonly #threads = new ResourcePool<PdfThread>(Math.min(MAX_THREADS, availableParallelism()), {
    open: () => Promise.resolve(new PdfThread()),
    close: (thread) => thread.close(),
  });

  /** @throws {UnreadableFileError} */
  async read(bytes: Uint8Array): Promise<DocumentContent> {
    await pdfAnatomy(bytes);
    const reply = await this.#threads.use(async (thread) => {
      const answer = await thread.read(bytes);
      // Thrown in here, so that the thread is discarded: what a damaged file left running must not fail the next one.
      if ('unreadable' in answer) throw new UnreadableFileError(answer.unreadable);
      return answer;
    });
    return { kind: 'pdf', title: reply.title || firstLine(reply.pages[0] ?? ''), pages: reply.pages };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#threads.close();
  }
}
