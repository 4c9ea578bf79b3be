import type { Change } from '../contracts/change-feed.js';
import { compileGlob } from '../support/glob.js';
import type { Fence } from './fence.js';
import type { WakeUp } from './wake-up.js';

/**
 * What another process has changed, for the loads of this one. None of them is felled: whether its value may be stored, the
 * store's own fence decides, in the same atomic step in which it stores. But nobody may join it any more.
 *
 * The interleaving that prevents:
 *
 *     A: load(k) begins -> reads the old row
 *     B:                     delete(k) -> resolves
 *     A:                                            get(k) would join that load, and be given the old row
 */
export class ForeignChanges {
  constructor(
    private readonly fence: Fence,
    private readonly wakeUp: WakeUp,
  ) {}

  apply(change: Change): void {
    const { fence, wakeUp } = this;
    if (change.kind === 'lost') return;
    fence.invalidations++;
    switch (change.kind) {
      case 'value':
        // A load of it goes on: only whoever takes the lease away has changed the row, and that is told by itself.
        for (const ticket of fence.ticketsAt(change.id)) ticket.overtake();
        wakeUp.ring(change.id);
        return;
      case 'lease':
        for (const ticket of fence.ticketsAt(change.id)) if (ticket.hasTurn) ticket.seal();
        wakeUp.ring(change.id);
        return;
      case 'anyTag':
        for (const ticket of fence.tickets(isIn(change.scope.path))) ticket.bumpedElsewhere(fence.invalidations);
        return;
      case 'tag':
        for (const ticket of fence.tickets(isIn(change.scope.path))) ticket.overtakeElsewhere([change.tag]);
        return;
      case 'scope':
        for (const ticket of fence.tickets(isBelow(change.scope.path))) ticket.overtakeElsewhere();
        return;
      case 'pattern': {
        const matches = compileGlob(change.pattern);
        const inScope = isIn(change.scope.path);
        for (const ticket of fence.tickets((at) => inScope(at) && matches(at.address.key))) ticket.overtakeElsewhere();
        return;
      }
      case 'everything':
        for (const ticket of fence.tickets(() => true)) ticket.seal();
        wakeUp.ringAll();
        return;
    }
  }
}

interface Placed {
  readonly address: { readonly scope: { readonly path: string; readonly lineage: readonly string[] } };
}

function isIn(path: string): (at: Placed) => boolean {
  return ({ address }) => address.scope.path === path;
}

function isBelow(path: string): (at: Placed) => boolean {
  return ({ address }) => address.scope.lineage.includes(path);
}
