/** The command line cannot be meant. Shown without a stack, with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What was asked for cannot be done now; the reason is for a person, and holds no secret. Exit code 1. */
export class TroubleError extends Error {
  override readonly name = 'TroubleError';
}
