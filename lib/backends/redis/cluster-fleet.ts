import type { SharedRecord, TagCounter } from '../../contracts/fleet.js';
import { RedisFleet } from './redis-fleet.js';

/** The fleet's commands on a cluster, where one script can be about one slot. A value and its lease are in the same. */
export class ClusterFleet extends RedisFleet {
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
}
