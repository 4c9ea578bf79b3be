import type { Buffer } from 'node:buffer';
import { CacheBackendError } from '../../../support/errors.js';
import type { ClusterNode, ClusterNodes } from './cluster-nodes.js';
import { SLOTS } from './key-slot.js';

/** How often the nodes are walked through while slots move, before it is given up. */
const MAX_PASSES = 5;

/**
 * All keys of a cluster: those of each master. The interleaving that one walk alone would miss:
 *
 *     we: walk through A, where k is not
 *     the cluster: moves k from B to A
 *     we: walk through B, where k is no longer
 *
 * So each master is asked before and after which slots it has. If that is another answer, or a slot is on its way, there is
 * another walk: a key that moved in the first one rests in the next.
 */
export class ClusterScan {
  constructor(
    private readonly nodes: ClusterNodes,
    private readonly match: string,
    private readonly count: number,
  ) {}

  async *batches(): AsyncIterable<readonly Buffer[]> {
    let before = await this.#slots();
    for (let pass = 1; ; pass++) {
      for (const node of this.nodes.masters()) yield* this.#walk(node);
      const after = await this.#slots();
      const atRest = after === before && !after.includes('[');
      // Two whole walks find what has moved once.
      if (atRest || (pass > 1 && after === before)) return;
      if (pass === MAX_PASSES) throw new CacheBackendError('slots go on moving from node to node.');
      before = after;
    }
  }

  async *#walk({ client }: ClusterNode): AsyncIterable<readonly Buffer[]> {
    let cursor = '0';
    do {
      const answer = await client.callBuffer('scan', cursor, 'MATCH', this.match, 'COUNT', this.count);
      const [next, keys] = answer as [Buffer, Buffer[]];
      cursor = String(next);
      yield keys;
    } while (cursor !== '0');
  }

  /** What each master says that it has, in one text. */
  async #slots(): Promise<string> {
    const lines = await Promise.all(
      this.nodes.masters().map(async ({ client }) => {
        const all = String(await client.call('cluster', 'NODES')).split('\n');
        return all.find((line) => line.includes('myself')) ?? '';
      }),
    );
    const owned = lines.map((line) => {
      const [id, , , , , , epoch, , ...slots] = line.trim().split(' ');
      return { id, epoch, slots };
    });
    const served = owned.flatMap(({ slots }) => slots).reduce((sum, range) => sum + sizeOf(range), 0);
    if (served !== SLOTS) throw new CacheBackendError(`the masters that are known serve ${served} of ${SLOTS} slots.`);
    return owned
      .map(({ id, epoch, slots }) => [id, epoch, ...slots].join(' '))
      .sort()
      .join('\n');
  }
}

/** `5`, `5-9`; `[5->-...]` and `[5-<-...]` are on their way and counted by their owner. */
function sizeOf(range: string): number {
  if (range.startsWith('[')) return 0;
  const [from, to] = range.split('-').map(Number);
  return (to ?? from!) - from! + 1;
}
