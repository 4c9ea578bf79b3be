import { Worker } from '../fleet/kit/workers.mjs';

const JOBS = new URL('../jobs/', import.meta.url);

/** Nobody who hangs holds up the row. */
const ANSWER_MS = 10_000;
/** To start a process, load a library and connect takes its time on a busy machine. */
const OPEN_MS = 30_000;

/** A process of one contestant of the rows about fleets and outages. What it has to say goes to nobody. */
export class MemberProcess {
  #worker;
  #complaints = '';

  /** @param {string} jobs Name of a file of `bench/jobs/`. @param {number} port */
  constructor(jobs, port) {
    this.#worker = new Worker(jobs, port, JOBS, {
      execArgv: ['--no-warnings'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    // A message to a process that has ended is an `error` of the child; `call` says so by itself.
    this.#worker.child.on('error', () => {});
    this.#worker.child.stderr?.on('data', (text) => (this.#complaints = `${this.#complaints}${text}`.slice(-4_000)));
  }

  /** @param {string} job @param {...unknown} args @returns {Promise<any>} */
  async call(job, ...args) {
    const { exitCode, signalCode } = this.#worker.child;
    if (exitCode !== null || signalCode !== null) throw this.#explained(new Error('ended with it'));
    const patience = job === 'open' ? OPEN_MS : ANSWER_MS;
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer to ${job} in ${patience / 1_000} s`)), patience);
    });
    try {
      return await Promise.race([this.#worker.call(job, ...args), late]);
    } catch (error) {
      throw this.#explained(error);
    } finally {
      clearTimeout(timer);
    }
  }

  end() {
    return this.#worker.end();
  }

  /** A process that has ended has said why. @param {unknown} error */
  #explained(error) {
    const text = error instanceof Error ? error.message : String(error);
    if (!/ended with/.test(text)) return error;
    const reason = /^(?:\w*Error.*|.*\bError: .*)$/m.exec(this.#complaints)?.[0] ?? 'it said nothing';
    return new Error(`the process ended: ${reason.trim()}`);
  }
}

/**
 * Runs `work` with so many processes of one contestant, and ends them.
 * @template T @param {{ jobs: string, count: number, port: number }} kind
 * @param {(members: MemberProcess[]) => Promise<T>} work
 */
export async function withMembers({ jobs, count, port }, work) {
  const members = Array.from({ length: count }, () => new MemberProcess(jobs, port));
  try {
    return await work(members);
  } finally {
    await Promise.all(members.map((member) => member.end()));
  }
}

/** The first line of what went wrong, without where. @param {unknown} error */
export function reasonOf(error) {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n').find((line) => line.trim() !== '') ?? 'unknown').slice(0, 160);
}
