/** The connections to a shared backend, as far as whoever stands over them has to know. */
export interface ServerLink {
  /** Whether a command could be sent at this moment, on every data connection (of a cluster: to every known master). */
  readonly ready: boolean;
  /**
   * `lost` within the very event in which a data connection breaks, before anything can be read over a new one; `ready` when
   * all are there again. Returns the unsubscribe function.
   */
  watch(listener: { lost(): void; ready(): void }): () => void;
  /**
   * Who answers: another text after a restart or a failover. Of a cluster: all masters, sorted. Rejects when the server does
   * not say (no permission for INFO) with the server's own error.
   */
  identify(): Promise<string>;
  /** Gives up data connections that do not answer, so that new ones are made. A client that was handed in is left alone. */
  renew(): void;
}
