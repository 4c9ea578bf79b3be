import type { EntryStore } from '../contracts/entry-store.js';

/** Whether entries of this process stand in for the store: what is asked of it then takes no time, however much was spent. */
export function servesAside({ condition }: EntryStore): boolean {
  return condition?.awaySince !== undefined;
}
