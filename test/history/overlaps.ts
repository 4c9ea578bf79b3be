import { meet, ofKind, type History, type Load, type Span } from './history.js';
import { grouped } from './promises.js';

/** Between asking for the lease and the loader's begin, and between a change and its acknowledgement, in milliseconds. */
const MARGIN = 150;
/** How long the end of a connection or a process is felt: a lease runs out, a connection is made anew. */
const AFTERMATH = 3_000;

/** Two runs of the loader of one key at the same time. */
export interface Overlap {
  readonly first: Load;
  readonly second: Load;
}

export interface LoadCheck {
  /** At a time when nothing had taken the first one's lease, and nothing was broken. */
  readonly violations: readonly Overlap[];
  /** Others, which nobody has promised to prevent. */
  readonly excused: number;
  /** Loads at quiet times: how many the rule was tried on. */
  readonly quiet: number;
}

/** One load of a key in the fleet at a time. */
export function overlappingLoads(history: History): LoadCheck {
  const trouble = [...ofKind(history, 'trouble'), ...ofKind(history, 'outage')].map((event) => ({
    began: event.began - MARGIN,
    ended: event.ended + (event.kind === 'trouble' && event.what === 'stall' ? MARGIN : AFTERMATH),
  }));
  const changes = [...ofKind(history, 'put'), ...ofKind(history, 'invalidation')];
  const violations: Overlap[] = [];
  let excused = 0;
  let quiet = 0;
  for (const [key, loads] of grouped(ofKind(history, 'load'), (load) => load.key)) {
    const unrest = [
      ...trouble,
      ...changes
        .filter((change) => ('keys' in change ? change.keys.includes(key) : change.key === key))
        .map(({ began, ended }) => ({ began: began - MARGIN, ended: ended + MARGIN })),
    ];
    const isQuiet = (span: Pick<Span, 'began' | 'ended'>): boolean => !unrest.some((event) => meet(event, span));
    const sorted = loads.toSorted((one, other) => one.began - other.began);
    quiet += sorted.filter(isQuiet).length;
    let longest: Load | undefined;
    for (const load of sorted) {
      if (longest && load.began < longest.ended) {
        if (isQuiet({ began: longest.began, ended: load.began })) violations.push({ first: longest, second: load });
        else excused++;
      }
      if (!longest || load.ended > longest.ended) longest = load;
    }
  }
  return { violations, excused, quiet };
}
