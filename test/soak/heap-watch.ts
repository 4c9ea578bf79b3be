/** By how much the settled heap of a process may grow over a run: caches of the runtime, and what its collector keeps back. */
const SLACK_BYTES = 6_000_000;
const SLACK_SHARE = 0.25;
/** The first ones are of a process that is still being compiled and filled. */
const WARM_UP = 1;

/** What each process holds when all is collected that nobody holds, page after page. */
export class HeapWatch {
  readonly #pages: number[][] = [];

  add(heaps: readonly number[]): void {
    this.#pages.push([...heaps]);
  }

  get last(): string {
    return (this.#pages.at(-1) ?? []).map((bytes) => (bytes / 1_000_000).toFixed(1)).join(' ');
  }

  /** Where it has not stayed flat: the least of the last third is compared with the least of the first. */
  get growth(): string[] {
    const settled = this.#pages.slice(WARM_UP);
    const third = Math.floor(settled.length / 3);
    if (third === 0) return [];
    return settled[0]!.flatMap((_, at) => {
      const of = (pages: readonly number[][]): number => Math.min(...pages.map((page) => page[at]!));
      const [before, after] = [of(settled.slice(0, third)), of(settled.slice(-third))];
      const most = before * (1 + SLACK_SHARE) + SLACK_BYTES;
      return after <= most ? [] : [`process ${at + 1} held ${before} bytes, and now ${after}.`];
    });
  }
}
