import { connect, type Socket } from 'node:net';
import type { Clock } from '../../../lib/contracts/clock.js';
import { Lane, type Flow } from './lane.js';

export type Direction = 'toServer' | 'toClient';

export interface LinkParts {
  readonly client: Socket;
  readonly port: number;
  readonly clock: Clock;
  flow(direction: Direction): Flow;
  /** Asked once by the first reply after a cut was ordered. */
  takeCut(): number | undefined;
  onGone(): void;
}

/** A client's connection, the one made for it to the server, and a lane each way. */
export class Link {
  readonly #server: Socket;
  readonly #lanes: Readonly<Record<Direction, Lane>>;
  #gone = false;

  constructor(private readonly parts: LinkParts) {
    const { client, port, clock, flow, takeCut } = parts;
    // Half-open on both sides, so that one side can end what it says and go on listening.
    this.#server = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
    const cut = (): void => this.#destroy();
    this.#lanes = {
      toServer: new Lane({
        from: client,
        to: this.#server,
        clock,
        flow: () => flow('toServer'),
        allowance: () => undefined,
        cut,
      }),
      toClient: new Lane({
        from: this.#server,
        to: client,
        clock,
        flow: () => flow('toClient'),
        allowance: takeCut,
        cut,
      }),
    };
    for (const [socket, direction] of [
      [client, 'toServer'],
      [this.#server, 'toClient'],
    ] as const) {
      socket.on('error', () => {});
      // What happens to one end behind a network that carries nothing, the other cannot know.
      socket.on('close', (hadError) => {
        if (this.#isSilent(direction)) return;
        if (hadError) this.reset();
        else this.#leaveWhenBoth();
      });
    }
  }

  held(direction: Direction): number {
    return this.#lanes[direction].held;
  }

  /** The flow has changed. A stream with a gap in it is nothing that TCP could ever deliver. */
  changed(): void {
    const isTorn = Object.entries(this.#lanes).some(
      ([direction, lane]) => lane.torn && this.parts.flow(direction as Direction).kind !== 'swallow',
    );
    const isBereft = (this.parts.client.destroyed || this.#server.destroyed) && !this.#isParted();
    if (isTorn || isBereft) this.reset();
    else for (const lane of Object.values(this.#lanes)) lane.pump();
  }

  /** Ends what this direction says; the other goes on. */
  halfClose(direction: Direction): void {
    (direction === 'toServer' ? this.#server : this.parts.client).end();
  }

  /** Both ends get a RST. */
  reset(): void {
    this.#end((socket) => socket.resetAndDestroy());
  }

  #destroy(): void {
    this.#end((socket) => socket.destroy());
  }

  /** Both ends have said all they had to say. */
  #leaveWhenBoth(): void {
    if (this.parts.client.destroyed && this.#server.destroyed) this.#destroy();
  }

  #isSilent(direction: Direction): boolean {
    return ['hold', 'swallow'].includes(this.parts.flow(direction).kind);
  }

  #isParted(): boolean {
    return this.#isSilent('toServer') || this.#isSilent('toClient');
  }

  #end(how: (socket: Socket) => void): void {
    if (this.#gone) return;
    this.#gone = true;
    for (const lane of Object.values(this.#lanes)) lane.stop();
    for (const socket of [this.parts.client, this.#server]) if (!socket.destroyed) how(socket);
    this.parts.onGone();
  }
}
