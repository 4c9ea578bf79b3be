import type { SharedKey, SharedRecord, TagCounter } from '../../../contracts/fleet.js';
import { messageOf } from '../../../support/message-of.js';
import { RedisFleet } from '../redis-fleet.js';
import { allOf } from '../redis-links.js';
import { FELL, REMOVE_ALONE } from '../scripts.js';

/** The fleet's commands on a cluster, where one script can be about one slot. A value and its lease are in the same. */
export class ClusterFleet extends RedisFleet {
  /**
   * While a slot moves, its keys are at two nodes, and a script about two of them is refused wherever one is missing. Loads
   * can wait for the end of that, invalidations cannot. So the lease falls first, and then the value, in a step each:
   *
   *     A: load(k) begins
   *     B:                 delete(k): the lease falls;                                    k is removed, answered
   *     A:                                              fill(k, old): its lease is gone -> refused
   *
   * What a load that began in between has stored is taken along, and was loaded for nothing.
   */
  override async remove(keys: readonly SharedKey[]): Promise<number> {
    const counts = await this.links.spread(
      keys,
      Math.max(1, keys.length),
      ({ value }) => value,
      async (slice) => {
        const inSlot = slice.map(({ item }) => item);
        try {
          return await super.remove(inSlot);
        } catch (error) {
          if (!isOnTheMove(error)) throw error;
          return this.#removeApart(inSlot);
        }
      },
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** One step for each slot. */
  override async bump(records: readonly SharedRecord[]): Promise<void> {
    await this.links.spread(
      records,
      records.length,
      ({ key }) => key,
      (slice) => super.bump(slice.map(({ item }) => item)),
    );
  }

  /**
   * The counter first, and only when that is through the tags. Readers go the other way: a load that adds a tag at its end
   * reads the tag, then the counter. So whoever finds the new version of a tag finds the counter moved as well:
   *
   *     B: the counter moves, answered
   *     B:                                    t has a new version
   *     A:                                                         reads t: new;  reads the counter: moved -> not stored
   *
   * And who reads the tag before it has changed stores under the old version, which then serves nobody:
   *
   *     B: the counter moves, answered
   *     A:                                    reads t: old;  reads the counter, moved or not
   *     B:                                                                                     t has a new version
   *
   * The other way round, the new version would be found beside a counter that has not moved yet, and an old value stored
   * under it for good.
   */
  override async bumpTags(counter: TagCounter, records: readonly SharedRecord[]): Promise<void> {
    await super.bumpTags(counter, []);
    await this.links.spread(
      records,
      Math.max(1, records.length),
      ({ key }) => key,
      // The counter's key goes along: in whatever order the nodes are heard, nobody hears of a tag and not of the counter.
      (slice) =>
        this.replace(
          slice.map(({ item }) => item),
          [counter.key],
        ),
    );
  }

  async #removeApart(keys: readonly SharedKey[]): Promise<number> {
    const counts = await allOf(
      keys.map(async ({ value, lease }) => {
        await this.links.run(FELL, [lease], () => [lease]);
        return Number(await this.links.run(REMOVE_ALONE, [value], () => this.tell([value])));
      }),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }
}

/** ioredis asks any node after a TRYAGAIN, and is sent in circles until it has been sent too often: then the last refusal may be any. */
function isOnTheMove(error: unknown): boolean {
  return /TRYAGAIN|Cluster redirections/.test(messageOf(error));
}
