import type { History, HistoryEvent, Invalidation, Load, Outage, Put, Raise, Read, Trouble } from './history.js';

/* Events as a test of the checkers makes them up. */

type Less<T> = Partial<T> & { readonly at: readonly [began: number, ended: number] };

function event<T extends HistoryEvent>(defaults: Omit<T, 'began' | 'ended' | 'process'>, { at, ...given }: Less<T>): T {
  return { process: 1, began: at[0], ended: at[1], ...defaults, ...given } as unknown as T;
}
export const raise = (version: number, given: Less<Raise>): Raise => event({ kind: 'raise', key: 'k', version }, given);
export const read = (version: number, given: Less<Read>): Read =>
  event({ kind: 'read', how: 'get', key: 'k', version, takesStale: false }, given);
export const remove = (given: Less<Invalidation>): Invalidation =>
  event({ kind: 'invalidation', how: 'delete', keys: ['k'], complete: true }, given);
export const put = (version: number, given: Less<Put>): Put => event({ kind: 'put', id: 0, key: 'k', version }, given);
export const load = (given: Less<Load>): Load => event({ kind: 'load', key: 'k', version: 1 }, given);
export const trouble = (what: Trouble['what'], given: Less<Trouble>): Trouble =>
  event({ kind: 'trouble', what, detail: '' }, given);

export const outage = (processes: Outage['processes'], given: Less<Outage>): Outage =>
  event<Outage>({ kind: 'outage', how: 'freeze', processes }, { process: 0, ...given });

/** Version 1, then version 2, which process 1 has invalidated from 20 to 30. */
export const CHANGED: History = [raise(1, { at: [0, 1] }), raise(2, { at: [10, 11] }), remove({ at: [20, 30] })];
