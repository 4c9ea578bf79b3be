import { setTimeout as delay } from 'node:timers/promises';
import type { Dice } from '../history/dice.js';
import type { Memory, MortalServer } from '../history/mortal-server.js';

/** What is done to the server, and undone before it resolves. */
export interface Fault {
  readonly name: string;
  /** Whether the server is out of everybody's reach meanwhile, and nothing of it is served. */
  readonly away: boolean;
  run(length: number): Promise<void>;
}

/** Rights that a careless administrator takes away, as ACL rules. */
const LOST_RIGHTS = ['-@write', '-@read', '-@scripting', '-eval', '-@pubsub', '-client', '-info', 'resetkeys', 'off'];
const ALL_RIGHTS = ['reset', 'on', 'nopass', '~*', '&*', '+@all'];

/** Faults of the server itself. */
export function serverFaults(server: MortalServer, dice: Dice): Fault[] {
  const killed = (memory: Memory, name: string): Fault => ({
    name,
    away: true,
    async run(length) {
      await server.kill(memory);
      await delay(length);
      await server.restart();
    },
  });
  const during = (name: string, begin: () => Promise<unknown>, end: () => Promise<unknown>): Fault => ({
    name,
    away: false,
    async run(length) {
      await begin();
      await delay(length);
      await end();
    },
  });
  const killClients = (type: string): Promise<unknown> =>
    server.command('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
  return [
    {
      name: 'frozen',
      away: true,
      async run(length) {
        await server.freeze();
        await delay(length);
        await server.thaw();
      },
    },
    killed('nothing', 'killed, empty'),
    killed('everything', 'killed, with its data'),
    killed('what it was told to remember', 'killed, with old data'),
    during(
      'clients killed',
      () => killClients('normal'),
      () => killClients('pubsub'),
    ),
    {
      name: 'clients paused',
      away: false,
      async run(length) {
        const mode = dice.pick(['ALL', 'WRITE']);
        await server.command('CLIENT', 'PAUSE', String(Math.round(length)), mode);
        await delay(length);
      },
    },
    during(
      'full',
      () => server.command('CONFIG', 'SET', 'maxmemory', '1'),
      () => server.command('CONFIG', 'SET', 'maxmemory', '0'),
    ),
    during(
      'read-only',
      () => server.readOnly(),
      () => server.writable(),
    ),
    during(
      'without rights',
      () => server.command('ACL', 'SETUSER', 'default', dice.pick(LOST_RIGHTS)),
      () => server.command('ACL', 'SETUSER', 'default', ...ALL_RIGHTS),
    ),
  ];
}
