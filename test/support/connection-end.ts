import type { Socket } from 'node:net';

/** One end of a connection, and what it has met. */
export class End {
  text = '';
  said: string[] = [];

  constructor(readonly socket: Socket) {
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => (this.text += text));
    socket.on('end', () => this.said.push('end'));
    socket.on('error', (error: NodeJS.ErrnoException) => this.said.push(error.code ?? error.message));
    socket.on('close', () => this.said.push('close'));
  }
}
