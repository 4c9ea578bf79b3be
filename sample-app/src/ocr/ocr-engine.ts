import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import tesseract from 'tesseract.js';
import type { Page, Worker } from 'tesseract.js';
import { UnreadableFileError } from '../files/unreadable-file.error.js';
import { ResourcePool } from '../support/resource-pool.js';

const MAX_WORKERS = 2;
const TIME_LIMIT = 60_000;

// The language data is an npm package; Tesseract would otherwise download it.
const LANGUAGE = 'eng';
const LANGUAGE_DATA = join(
  dirname(createRequire(import.meta.url).resolve('@tesseract.js-data/eng/package.json')),
  '4.0.0',
);

/** Photographs declare nonsense here, and the engine only takes it as a hint of how large letters are. */
const RESOLUTION = '200';

/** Tesseract in worker threads that are started when first needed and kept until the service stops. */
@Injectable()
export class OcrEngine implements OnApplicationShutdown {
  readonly #workers = new ResourcePool<Worker>(Math.min(MAX_WORKERS, availableParallelism()), {
    open: startWorker,
    close: async (worker) => {
      await worker.terminate();
    },
  });

  /** @param image a PNG that was decoded before: on other bytes the engine may fail in ways nobody can catch */
  recognize(image: Buffer): Promise<Page> {
    return this.#workers.use(async (worker) => {
      const recognized = worker.recognize(image, {}, { text: true, blocks: true });
      const { data } = await withinTime(failing(worker, recognized));
      return data;
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#workers.close();
  }
}

async function startWorker(): Promise<Worker> {
  let fail: (reason: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});
  const worker = tesseract.createWorker(LANGUAGE, tesseract.OEM.LSTM_ONLY, {
    langPath: LANGUAGE_DATA,
    cacheMethod: 'none',
    // Without a handler Tesseract throws where nothing can catch it. Failures of a page also reject that page.
    errorHandler: (reason: unknown) => fail(new Error(`Tesseract: ${String(reason)}`)),
  });
  const started = await Promise.race([worker, failed]);
  await started.setParameters({ user_defined_dpi: RESOLUTION });
  return started;
}

/** Rejects as well when the thread behind a worker dies, of which Tesseract itself takes no notice. */
function failing<T>(worker: Worker, work: Promise<T>): Promise<T> {
  const thread = threadOf(worker);
  return new Promise<T>((resolve, reject) => {
    const onError = (error: unknown): void => reject(error instanceof Error ? error : new Error(String(error)));
    const onExit = (code: number): void => reject(new Error(`The OCR thread stopped with code ${code}.`));
    thread?.once('error', onError).once('exit', onExit);
    work.then(resolve, onError).finally(() => thread?.off('error', onError).off('exit', onExit));
  });
}

interface Thread {
  once(event: 'error', listener: (error: unknown) => void): Thread;
  once(event: 'exit', listener: (code: number) => void): Thread;
  off(event: 'error', listener: (error: unknown) => void): Thread;
  off(event: 'exit', listener: (code: number) => void): Thread;
}

/** The worker_threads Worker, which the package's types leave out. */
function threadOf(worker: Worker): Thread | undefined {
  return 'worker' in worker ? (worker.worker as Thread) : undefined;
}

async function withinTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new UnreadableFileError(`The image takes more than ${TIME_LIMIT / 1000} s to read.`)),
      TIME_LIMIT,
    );
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
