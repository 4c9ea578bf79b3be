import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const WORKER = fileURLToPath(new URL('worker.mjs', import.meta.url));
const BENCH = new URL('../', import.meta.url);
const ANSWER_TIMEOUT_MS = 600_000;
/** `--expose-gc` for the looks at the heap; the warnings are those of peers about the Node version. */
const FLAGS = ['--expose-gc', '--no-warnings'];

/** A process that holds one contestant; see `worker.mjs` for what it can be told. */
export class Worker {
  #calls = new Map();
  #next = 0;
  #complaints = '';

  /** @param {readonly string[]} [flags] More flags of Node. */
  constructor(flags = []) {
    const options = { execArgv: [...FLAGS, ...flags], stdio: /** @type {any} */ (['ignore', 'ignore', 'pipe', 'ipc']) };
    this.child = fork(WORKER, [], { ...options, serialization: 'advanced' });
    this.child.stderr?.on('data', (text) => (this.#complaints = `${this.#complaints}${text}`.slice(-2_000)));
    this.child.on('message', (/** @type {any} */ { id, value, error }) => {
      const call = this.#calls.get(id);
      this.#calls.delete(id);
      if (error === undefined) call?.resolve(value);
      else call?.reject(new Error(error));
    });
    this.child.once('exit', (code, signal) => {
      const error = new Error(`The process ended with ${code ?? signal}. ${this.#complaints}`);
      for (const { reject } of this.#calls.values()) reject(error);
    });
  }

  /**
   * @param {string} module Relative to `bench/`. @param {string} row @param {object} params
   * @returns {Promise<{ absent?: string, note?: string }>}
   */
  open(module, row, params) {
    return this.call('open', new URL(module, BENCH).href, row, params);
  }

  /** @param {string} job @param {...unknown} args @returns {Promise<any>} */
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
