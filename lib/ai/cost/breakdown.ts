import { GrowingSums, type CostSums } from './cost-sums.js';

/** The sums of one operation, model or tenant. */
export interface CostRow extends CostSums {
  /** `undefined`: of requests that name none. */
  readonly name: string | undefined;
}

export interface CostBreakdown {
  /** Those asked most often first. */
  readonly rows: readonly CostRow[];
  /** All that were too rare for a row of their own. */
  readonly other: CostSums;
}

/** How many names have a row of their own. */
const MOST_ROWS = 1_000;
/** How many of the rarest make room at once: each search for them looks at all. */
const ROOM = 100;

/** Sums by name. Names may come without an end, as tenants do: the rarest are summed up together. */
export class Breakdown {
  private readonly rows = new Map<string | undefined, GrowingSums>();
  private readonly other = new GrowingSums();
  /** The row that was asked for last: most often the next one too. */
  private lastName: string | undefined;
  private last: GrowingSums | undefined;

  row(name: string | undefined): GrowingSums {
    if (this.last !== undefined && this.lastName === name) return this.last;
    let row = this.rows.get(name);
    if (row === undefined) {
      if (this.rows.size >= MOST_ROWS) this.makeRoom();
      this.rows.set(name, (row = new GrowingSums()));
    }
    this.lastName = name;
    this.last = row;
    return row;
  }

  get report(): CostBreakdown {
    const rows = [...this.rows].map(([name, sums]) => ({ name, ...sums.present }));
    return { rows: rows.toSorted((a, b) => timesAsked(b) - timesAsked(a)), other: this.other.present };
  }

  get totals(): CostSums {
    const totals = new GrowingSums();
    for (const row of this.rows.values()) totals.add(row);
    totals.add(this.other);
    return totals.present;
  }

  private makeRoom(): void {
    const rarest = [...this.rows].toSorted(([, a], [, b]) => timesAsked(a) - timesAsked(b)).slice(0, ROOM);
    for (const [name, sums] of rarest) {
      this.other.add(sums);
      this.rows.delete(name);
    }
    this.last = undefined;
  }
}

function timesAsked({ served, generated }: CostSums): number {
  return served + generated;
}
