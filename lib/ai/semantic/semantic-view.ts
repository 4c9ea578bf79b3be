import { SemanticFlights } from './semantic-flights.js';
import type { SemanticParts } from './semantic-parts.js';

/** One semantic cache, seen by one tenant or by all. */
export class SemanticView<V> {
  constructor(
    readonly parts: SemanticParts<V>,
    readonly tenant: string | undefined = undefined,
    readonly flights = new SemanticFlights(parts),
  ) {}

  of(tenant: string): SemanticView<V> {
    return new SemanticView(this.parts, tenant, this.flights);
  }
}
