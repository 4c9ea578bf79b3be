/** Where one may write. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** What a command may use of the process it runs in. */
export interface Terminal {
  readonly stdout: Output;
  /** For people alone: progress, and what went wrong. */
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when somebody wants it to stop. What was begun is tidied up then. */
  readonly signal: AbortSignal;
}
