import { ofKind, type History, type HistoryEvent } from '../history/history.js';
import { grouped, Promises, queuedAsWell } from '../history/promises.js';

/** How far back a stall still matters to the checker, in milliseconds. */
const STALL_REACH = 5_000;

/**
 * What a page of the history must know of those before it, when there was peace between them: for each key the newest version,
 * and what everybody owes. So a run of any length is checked in pages.
 */
export function carryOver(history: History): HistoryEvent[] {
  const terms = queuedAsWell(history);
  const invalidations = ofKind(history, 'invalidation');
  const last = ofKind(history, 'read').reduce((latest, { ended }) => Math.max(latest, ended), 0);
  const events: HistoryEvent[] = ofKind(history, 'trouble').filter(
    ({ what, ended }) => what === 'stall' && ended > last - STALL_REACH,
  );
  for (const [key, raises] of grouped(ofKind(history, 'raise'), (raise) => raise.key)) {
    const newest = raises.toSorted((one, other) => other.version - one.version)[0]!;
    events.push(newest);
    const concerning = invalidations.filter(({ keys }) => keys.includes(key));
    // What `expire` took away may be served stale to some: it is carried by itself.
    for (const isExpire of [true, false]) {
      const { all } = Promises.of(
        concerning.filter(({ how }) => (how === 'expire') === isExpire),
        raises,
        terms,
      );
      const owed = all.toSorted((one, other) => other.required - one.required)[0];
      if (owed) events.push({ ...owed.invalidation, keys: [key], version: owed.required, complete: true });
    }
  }
  return events;
}
