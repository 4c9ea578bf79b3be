/** Of how many processes it is known what they said last. */
const MAX_SENDERS = 10_000;

/** Sees when a message of another process is missing, by the numbers of those that came. */
export class Senders {
  /** The last number of each; who spoke last stands last. */
  readonly #last = new Map<string, number>();

  /**
   * Whether nothing is missing before this message. A sender that was not known must begin with 1: it may have spoken before
   * we listened, or been forgotten here. One that comes late was missed already, when the next one came.
   */
  follows(sender: string, number: number): boolean {
    return this.#move(sender, number, 1);
  }

  /** Whether nothing is missing up to this number itself. */
  reaches(sender: string, number: number): boolean {
    return this.#move(sender, number, 0);
  }

  #move(sender: string, number: number, step: number): boolean {
    const last = this.#last.get(sender) ?? 0;
    this.#last.delete(sender);
    this.#last.set(sender, Math.max(last, number));
    if (this.#last.size > MAX_SENDERS) this.#last.delete(this.#last.keys().next().value!);
    return number <= last + step;
  }
}
