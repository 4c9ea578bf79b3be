import { once } from 'node:events';
import { connect } from 'node:net';

const END_OF_HEAD = Buffer.from('\r\n\r\n');

/**
 * As little of a client as can ask and tell when it has been answered, so that it is the server that is measured: one
 * request at a time a connection, which stays open; responses have a `Content-Length`.
 */
export class HttpConnection {
  #socket;
  /** @type {Buffer[]} */
  #chunks = [];
  #received = 0;
  /** Bytes of the response under way, once its head is there. */
  #expected = Infinity;
  /** @type {((response: Buffer) => void) | undefined} */
  #resolve;
  /** @type {((error: Error) => void) | undefined} */
  #reject;

  /** @param {import('node:net').Socket} socket */
  constructor(socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', (error) => this.#reject?.(error));
    socket.on('close', () => this.#reject?.(new Error('The server has closed the connection.')));
  }

  /** @param {number} port */
  static async open(port) {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    await once(socket, 'connect');
    return new HttpConnection(socket);
  }

  /** The response as it came. @param {string | Buffer} request @returns {Promise<Buffer>} */
  send(request) {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#socket.write(request);
    });
  }

  close() {
    this.#reject = undefined;
    this.#socket.destroy();
  }

  /** @param {Buffer} chunk */
  #take(chunk) {
    this.#chunks.push(chunk);
    this.#received += chunk.length;
    if (this.#expected === Infinity) this.#readHead();
    if (this.#received < this.#expected) return;
    const response = this.#joined();
    this.#chunks = [];
    this.#received = 0;
    this.#expected = Infinity;
    this.#resolve?.(response);
  }

  #readHead() {
    const bytes = this.#joined();
    const end = bytes.indexOf(END_OF_HEAD);
    if (end === -1) return;
    const length = /\r\ncontent-length: *(\d+)/i.exec(bytes.toString('latin1', 0, end))?.[1];
    if (length === undefined) this.#reject?.(new Error('A response without Content-Length.'));
    else this.#expected = end + END_OF_HEAD.length + Number(length);
  }

  #joined() {
    const [first = Buffer.alloc(0)] = this.#chunks;
    return this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
  }
}

/** @param {string} path */
export const getRequest = (path) =>
  `GET ${path} HTTP/1.1\r\nHost: bench\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n`;

/** @param {Buffer} response */
export function parseResponse(response) {
  const end = response.indexOf(END_OF_HEAD);
  const [status = '', ...fields] = response.toString('latin1', 0, end).split('\r\n');
  const headers = Object.fromEntries(
    fields.map((field) => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
    }),
  );
  return { status: Number(status.split(' ')[1]), headers, body: response.toString('utf8', end + END_OF_HEAD.length) };
}
