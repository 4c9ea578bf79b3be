/** The part of a test framework the suite needs: that of Jest, Vitest, Mocha or node:test. */
export interface ConformanceRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => Promise<void>) => unknown;
  readonly beforeEach: (body: () => Promise<void>) => unknown;
  readonly afterEach: (body: () => Promise<void>) => unknown;
}

/** The framework's functions as globals. @throws Error when there are none. */
export function globalRunner(): ConformanceRunner {
  const found = globalThis as Partial<ConformanceRunner>;
  const { describe, it, beforeEach, afterEach } = found;
  if (!describe || !it || !beforeEach || !afterEach) {
    throw new Error(
      'backendConformance: describe, it, beforeEach and afterEach are no globals here. ' +
        'Import them from your test framework and pass them: backendConformance(create, { runner: { describe, it, beforeEach, afterEach } }).',
    );
  }
  return { describe, it, beforeEach, afterEach };
}
