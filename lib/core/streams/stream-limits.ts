/** What a recording may take, and how long a reader may take over it. */
export interface StreamLimits {
  /** Estimated bytes of the items of one stream that are held at once. */
  readonly maxBytes: number;
  /** Milliseconds without a question after which a reader is given up who holds the stream up. */
  readonly stallTimeout: number;
  /** Milliseconds a process waits for another one's stream of the same key. */
  readonly waitTimeout: number;
}
