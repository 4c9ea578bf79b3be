import { connect, type Socket } from 'node:net';
import { CacheBackend } from 'nestjs-cached';

export interface MemcachedOptions {
  /** Default 127.0.0.1. */
  host?: string;
  /** Default 11211. */
  port?: number;
  /** How long one command may take, connecting included, in milliseconds. Default 1,000. */
  timeoutMs?: number;
}

/** memcached takes items of 1 MiB, its own header and the key included; the rest of that is theirs. */
export const MAX_VALUE_BYTES = 1_000_000;
const MAX_KEY_BYTES = 250;
/** A larger number of seconds is not "from now" but an instant, in seconds since 1970 ("Expiration times" in protocol.txt). */
const MAX_RELATIVE_SECONDS = 60 * 60 * 24 * 30;
/** The server reads a signed 32-bit number. What it cannot read is an error after which it takes the value for commands. */
const MAX_EXPTIME = 2 ** 31 - 1;

interface Reply {
  /** The line that says what happened, or announces the data. */
  readonly line: string;
  readonly data?: Uint8Array;
}

interface PendingCommand {
  readonly timer: NodeJS.Timeout;
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

/** Keeps entries in memcached: three methods over its text protocol, on one connection that is opened at first use. */
export class MemcachedBackend extends CacheBackend {
  override readonly name = 'memcached';
  readonly #host: string;
  readonly #port: number;
  readonly #timeoutMs: number;
  #socket: Socket | undefined;
  #received: Buffer = Buffer.alloc(0);
  /** The server answers in the order of the commands, so the first one here owns the next reply. */
  #pending: PendingCommand[] = [];
  #closed = false;

  constructor(options: MemcachedOptions = {}) {
    super();
    this.#host = options.host ?? '127.0.0.1';
    this.#port = options.port ?? 11211;
    this.#timeoutMs = options.timeoutMs ?? 1_000;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const reply = await this.#send(`get ${checkedKey(key)}\r\n`);
    if (reply.data) return reply.data;
    if (reply.line === 'END') return undefined;
    throw new Error(`memcached: get ${key}: ${reply.line}`);
  }

  async set(key: string, value: Uint8Array, ttlMs?: number): Promise<void> {
    if (value.length > MAX_VALUE_BYTES) {
      throw new Error(`memcached: set ${key}: ${value.length} bytes are more than ${MAX_VALUE_BYTES}.`);
    }
    const reply = await this.#send(`set ${checkedKey(key)} 0 ${exptime(ttlMs)} ${value.length}\r\n`, value);
    if (reply.line !== 'STORED') throw new Error(`memcached: set ${key}: ${reply.line}`);
  }

  async delete(key: string): Promise<boolean> {
    const reply = await this.#send(`delete ${checkedKey(key)}\r\n`);
    if (reply.line !== 'DELETED' && reply.line !== 'NOT_FOUND') {
      throw new Error(`memcached: delete ${key}: ${reply.line}`);
    }
    return reply.line === 'DELETED';
  }

  override async close(): Promise<void> {
    this.#closed = true;
    this.#disconnect(new Error('memcached: the backend is closed.'));
  }

  /**
   * Every command waits for its reply. With `noreply` a failed set would pass for a good one, and the error that the
   * server sends all the same would be taken for the reply of the next command.
   */
  #send(line: string, data?: Uint8Array): Promise<Reply> {
    return new Promise<Reply>((resolve, reject) => {
      if (this.#closed) {
        reject(new Error('memcached: the backend is closed.'));
        return;
      }
      const timer = setTimeout(
        // Whatever still arrives could belong to any command, so nobody waits on this connection any more.
        () => this.#disconnect(new Error(`memcached: no reply within ${this.#timeoutMs} ms.`)),
        this.#timeoutMs,
      );
      this.#pending.push({ timer, resolve, reject });
      // One buffer, and a copy: the caller may change its bytes while they wait to be sent.
      this.#connection().write(data ? Buffer.concat([Buffer.from(line), data, Buffer.from('\r\n')]) : line);
    });
  }

  #connection(): Socket {
    if (this.#socket) return this.#socket;
    const socket = connect({ host: this.#host, port: this.#port, noDelay: true });
    this.#socket = socket;
    // A connection that was given up may still report something; it is no longer ours.
    const ifCurrent = (act: () => void) => () => void (this.#socket === socket && act());
    socket.on('data', (chunk) => ifCurrent(() => this.#read(chunk))());
    socket.on('error', (error) => ifCurrent(() => this.#disconnect(error))());
    socket.on(
      'close',
      ifCurrent(() => this.#disconnect(new Error('memcached: the server closed the connection.'))),
    );
    return socket;
  }

  #read(chunk: Buffer): void {
    this.#received = this.#received.length > 0 ? Buffer.concat([this.#received, chunk]) : chunk;
    for (let found = readReply(this.#received); found; found = readReply(this.#received)) {
      const { reply, length } = found;
      // A reply nobody waits for, or one that says the server and we disagree about where a command ends.
      if (this.#pending.length === 0 || reply.line === 'ERROR' || reply.line.startsWith('CLIENT_ERROR')) {
        this.#disconnect(new Error(`memcached: ${reply.line}`));
        return;
      }
      const command = this.#pending.shift()!;
      this.#received = this.#received.subarray(length);
      clearTimeout(command.timer);
      command.resolve(reply);
    }
  }

  /** Gives up the connection and everything that waits on it. The next command opens another. */
  #disconnect(error: Error): void {
    this.#socket?.destroy();
    this.#socket = undefined;
    this.#received = Buffer.alloc(0);
    for (const command of this.#pending.splice(0)) {
      clearTimeout(command.timer);
      command.reject(error);
    }
  }
}

/** The first whole reply in what was received, and how many bytes it takes. */
function readReply(received: Buffer): { reply: Reply; length: number } | undefined {
  const lineEnd = received.indexOf('\r\n');
  if (lineEnd < 0) return undefined;
  const line = received.toString('utf8', 0, lineEnd);
  const announced = /^VALUE .+ \d+ (\d+)$/.exec(line);
  if (!announced) return { reply: { line }, length: lineEnd + 2 };

  const start = lineEnd + 2;
  const end = start + Number(announced[1]);
  const tail = '\r\nEND\r\n';
  if (received.length < end + tail.length) return undefined;
  if (received.toString('latin1', end, end + tail.length) !== tail) {
    return { reply: { line: 'CLIENT_ERROR the value is not as long as announced' }, length: end };
  }
  return { reply: { line, data: Uint8Array.from(received.subarray(start, end)) }, length: end + tail.length };
}

/** A blank or a line break in a key would end the command, and begin another one. */
function checkedKey(key: string): string {
  if (key === '' || /[\s\p{Cc}]/u.test(key) || Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new Error(`memcached: ${JSON.stringify(key)} is no key: 1 to ${MAX_KEY_BYTES} bytes without blanks.`);
  }
  return key;
}

/** Whole seconds. One more than needed, because the server's clock ticks once a second and would end a ttl early. */
function exptime(ttlMs: number | undefined): number {
  if (ttlMs === undefined) return 0;
  const seconds = Math.ceil(ttlMs / 1_000) + 1;
  if (seconds <= MAX_RELATIVE_SECONDS) return seconds;
  return Math.min(Math.ceil(Date.now() / 1_000) + seconds, MAX_EXPTIME);
}
