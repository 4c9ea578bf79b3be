import type { Lease } from '../contracts/lease.js';
import { keepLeases } from './lease-keeper.js';
import type { CacheParts } from './parts.js';
import type { Flight } from './single-flight.js';

/**
 * The leases under which a loader runs: extended meanwhile, and given back as soon as the value is not going to be stored
 * under them, so that nobody waits for a load that is of no use any more.
 */
export class Tenure {
  private readonly held: Map<Flight, Lease>;
  private readonly stopKeeping: () => void;

  constructor(
    private readonly parts: CacheParts,
    leases: readonly { readonly flight: Flight; readonly lease: Lease }[],
  ) {
    this.held = new Map(leases.map(({ flight, lease }) => [flight, lease]));
    const kept = leases.map(({ lease }) => lease);
    // Whoever is not aboard yet shall look again: another process may have filled the key by now.
    const onLost = (lost: Lease): void => leases.find(({ lease }) => lease === lost)?.flight.ticket.seal();
    this.stopKeeping = keepLeases(parts.clock, parts.leases.ttl, kept, onLost);
    for (const { flight } of leases) {
      const { ticket } = flight;
      ticket.onSpoil = () => this.giveBack(flight);
      if (!ticket.stands) this.giveBack(flight);
    }
    // Nobody wants any of it any more, and the loader may never end.
    const giveUp = (): void => {
      if (leases.every(({ flight }) => flight.abandonment !== undefined)) this.stopKeeping();
    };
    for (const { flight } of leases) flight.onAbandoned = giveUp;
    giveUp();
  }

  /** The loader is done: what follows takes no longer than a command. */
  fills(): void {
    this.stopKeeping();
  }

  /** Stored: the lease went back in the same step. */
  filled(flight: Flight): void {
    this.held.delete(flight);
    this.parts.wakeUp.ring(flight.ticket.address.id);
  }

  end(): void {
    this.stopKeeping();
    for (const flight of this.held.keys()) this.giveBack(flight);
  }

  private giveBack(flight: Flight): void {
    const lease = this.held.get(flight);
    this.held.delete(flight);
    if (lease) void lease.release();
  }
}
