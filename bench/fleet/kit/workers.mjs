import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Where the jobs of the fleet's own rows are. */
const JOBS = new URL('../jobs/', import.meta.url);
const WORKER = fileURLToPath(new URL('worker.mjs', import.meta.url));
const ANSWER_TIMEOUT_MS = 120_000;

/** A process that runs the functions of one file of `jobs/`. */
export class Worker {
  #calls = new Map();
  #next = 0;

  /**
   * @param {string} jobs Name of the file. @param {number} port Of Redis. @param {URL} folder Of the jobs.
   * @param {import('node:child_process').ForkOptions} options More of the process.
   */
  constructor(jobs, port, folder = JOBS, options = {}) {
    const args = [new URL(`${jobs}.mjs`, folder).href, String(port)];
    this.child = fork(WORKER, args, { serialization: 'advanced', ...options });
    this.child.on('message', (/** @type {any} */ { id, value, error }) => {
      const call = this.#calls.get(id);
      this.#calls.delete(id);
      if (error === undefined) call?.resolve(value);
      else call?.reject(new Error(`${jobs}: ${error}`));
    });
    this.child.once('exit', (code, signal) => {
      for (const { reject } of this.#calls.values()) reject(new Error(`${jobs}: ended with ${code ?? signal}`));
    });
  }

  /**
   * @param {string} job @param {...unknown} args
   * @returns {Promise<any>}
   */
  call(job, ...args) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${job}: no answer`)), ANSWER_TIMEOUT_MS);
      const settle = (/** @type {(result: any) => void} */ how) => (/** @type {any} */ result) => {
        clearTimeout(timer);
        how(result);
      };
      this.#calls.set(id, { resolve: settle(resolve), reject: settle(reject) });
      this.child.send({ id, job, args });
    });
  }

  async end() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }
}

/**
 * Runs `work` with so many processes of one kind, and ends them.
 * @template T
 * @param {{ jobs: string, count: number, port: number, folder?: URL }} kind
 * @param {(workers: Worker[]) => Promise<T>} work
 */
export async function withWorkers({ jobs, count, port, folder }, work) {
  const workers = Array.from({ length: count }, () => new Worker(jobs, port, folder));
  try {
    return await work(workers);
  } finally {
    await Promise.all(workers.map((worker) => worker.end()));
  }
}
