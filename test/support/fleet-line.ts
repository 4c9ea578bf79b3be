import { settle } from './deferred.js';

/** What is sent: the backend's methods and the fleet's commands by their names, `store` as the `fill` or `put` it is. */
export type FleetCommandName =
  | ('get' | 'set' | 'delete' | 'exists' | 'ping' | 'scan' | 'getMany' | 'setMany' | 'deleteMany' | 'add' | 'touch')
  | (
      | 'lease'
      | 'seize'
      | 'extend'
      | 'release'
      | 'fill'
      | 'put'
      | 'remove'
      | 'fell'
      | 'bump'
      | 'bumpTags'
      | 'recognize'
      | 'ensure'
      | 'tellPattern'
    )
  /** The backend's has one key, the fleet's two: value and lease. */
  | 'patch';

export interface SentCommand {
  readonly command: FleetCommandName;
  /** In the order they were given, the lease after its value. A scan has its prefix, a `tellPattern` its path. */
  readonly keys: readonly string[];
}

export type Matcher = (command: FleetCommandName, keys: readonly string[]) => boolean;

export interface Hold {
  /** How many are held at present. */
  readonly count: number;
  /** Lets them go in the order they came, holds no more, and resolves when all that follows from it has run. */
  release(): Promise<void>;
}

interface Held {
  /** How many holds it still has to pass. */
  gates: number;
  readonly go: () => void;
}

interface Gate {
  readonly way: 'requests' | 'answers';
  readonly matches: Matcher;
  readonly held: Held[];
}

/**
 * The way of one client's commands to the server and back, a microtask each. What is held back is overtaken by commands
 * that are not, as if those had another connection.
 */
export class FleetLine {
  readonly sent: SentCommand[] = [];
  /** What every command fails with, without reaching the server. */
  broken: Error | undefined;
  readonly #gates = new Set<Gate>();

  /** `run` is what the command does on the server, in one step. */
  send<T>(command: FleetCommandName, keys: readonly string[], run: () => T): Promise<T> {
    const entry = { command, keys: [...keys] };
    if (this.broken) return Promise.reject(this.broken);
    this.sent.push(entry);
    return new Promise<T>((resolve) => {
      this.#pass('requests', entry, () => {
        // Runs at once; what it throws is its answer.
        const answer = new Promise<T>((answered) => answered(run()));
        answer.catch(() => {});
        this.#pass('answers', entry, () => resolve(answer));
      });
    });
  }

  /** Holds what is sent, or what is answered, from now on. */
  hold(way: 'requests' | 'answers', matches: Matcher = () => true): Hold {
    const gate: Gate = { way, matches, held: [] };
    this.#gates.add(gate);
    return {
      get count() {
        return gate.held.length;
      },
      release: async () => {
        this.#gates.delete(gate);
        for (const held of gate.held.splice(0)) {
          held.gates--;
          if (held.gates === 0) held.go();
        }
        await settle();
      },
    };
  }

  #pass(way: 'requests' | 'answers', { command, keys }: SentCommand, go: () => void): void {
    const gates = [...this.#gates].filter((gate) => gate.way === way && gate.matches(command, keys));
    const held: Held = { gates: gates.length, go };
    for (const gate of gates) gate.held.push(held);
    if (gates.length === 0) queueMicrotask(go);
  }
}
