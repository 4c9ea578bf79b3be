import { setTimeout as delay } from 'node:timers/promises';
import type { Dice } from '../history/dice.js';
import type { Outage } from '../history/history.js';
import type { MortalServer } from '../history/mortal-server.js';
import type { FaultProxy } from '../support/fault-proxy.js';
import { networkFaults } from './network-faults.js';
import { serverFaults, type Fault } from './server-faults.js';

/** Between two faults of a kind, and of one, in milliseconds. */
const PAUSES = [100, 2_500] as const;
const LENGTHS = [50, 1_500] as const;
/** A server that is to forget something has written down before what it knows. */
const REMEMBERS = 0.3;

/** Two sorts of trouble side by side: with the server, and on the ways of single processes to it. */
export class Chaos {
  readonly #counts = new Map<string, number>();

  constructor(
    private readonly server: MortalServer,
    private readonly proxies: readonly FaultProxy[],
    private readonly dice: Dice,
    private readonly now: () => number,
  ) {}

  /** How often each fault was made. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].toSorted(([one], [other]) => one.localeCompare(other)));
  }

  /** Makes trouble for so long; when it resolves, all is well again. */
  async during(ms: number): Promise<Outage[]> {
    const end = this.now() + ms;
    const outages: Outage[] = [];
    await Promise.all([this.#inServer(end, outages), this.#inNetwork(end, outages)]);
    return outages;
  }

  async #inServer(end: number, outages: Outage[]): Promise<void> {
    const faults = serverFaults(this.server, this.dice);
    await this.#rest(end);
    while (this.now() < end) {
      const fault = this.dice.pick(faults);
      if (this.dice.says(REMEMBERS)) await this.server.remember();
      await this.#make(fault, outages);
      await this.#rest(end);
    }
  }

  async #make(fault: Fault, outages: Outage[]): Promise<void> {
    const began = this.now();
    await fault.run(this.dice.between(...LENGTHS));
    // Who can still read may say that it is back before others can write.
    const processes = fault.away ? 'all' : this.proxies.map((_, at) => at + 1);
    this.#note(fault.name, { processes, began }, outages);
  }

  async #inNetwork(end: number, outages: Outage[]): Promise<void> {
    const faults = networkFaults(this.dice);
    await this.#rest(end);
    while (this.now() < end) {
      const fault = this.dice.pick(faults);
      const at = Math.floor(this.dice.between(0, this.proxies.length));
      const hit = this.dice.says(0.7) ? [at] : this.proxies.map((_, each) => each);
      const began = this.now();
      const length = this.dice.between(...LENGTHS);
      await Promise.all(hit.map((each) => fault.run(this.proxies[each]!, length)));
      this.#note(fault.name, { processes: hit.map((each) => each + 1), began }, outages);
      await this.#rest(end);
    }
  }

  #note(how: string, { processes, began }: Pick<Outage, 'processes' | 'began'>, outages: Outage[]): void {
    this.#counts.set(how, (this.#counts.get(how) ?? 0) + 1);
    outages.push({ kind: 'outage', how, processes, process: 0, began, ended: this.now() });
  }

  #rest(end: number): Promise<void> {
    return delay(Math.max(0, Math.min(this.dice.between(...PAUSES), end - this.now())));
  }
}
