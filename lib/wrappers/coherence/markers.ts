/** Stands while nothing has touched what it was placed on. */
export interface Marker {
  readonly id: string;
  readonly stands: boolean;
}

interface OwnMarker extends Marker {
  stands: boolean;
}

/**
 * Placed before something is read, looked at before it is kept: what was changed in between is not kept.
 *
 * The interleaving it prevents, on two connections that know nothing of each other's order:
 *
 *     A asks for k              -> the server answers with the old value
 *                                    B overwrites k -> the server tells A
 *     A hears of the change     -> drops k, which it has not got yet
 *     A gets the answer         -> would keep the old value, and never hear of k again
 */
export class Markers {
  private readonly placed = new Map<string, Set<OwnMarker>>();

  place(id: string): Marker {
    const marker = { id, stands: true };
    const beside = this.placed.get(id);
    if (beside) beside.add(marker);
    else this.placed.set(id, new Set([marker]));
    return marker;
  }

  /** To be called whatever came of the read. */
  lift(marker: Marker): void {
    const beside = this.placed.get(marker.id);
    if (beside?.delete(marker) && beside.size === 0) this.placed.delete(marker.id);
  }

  fell(id: string, but?: Marker): void {
    for (const marker of this.placed.get(id) ?? []) if (marker !== but) marker.stands = false;
  }

  fellAll(): void {
    for (const markers of this.placed.values()) for (const marker of markers) marker.stands = false;
  }

  /** How many reads are under way. */
  get size(): number {
    return this.placed.size;
  }
}
