import type { CacheBackend } from '../../lib/contracts/backend.js';
import { backendConformance, type ConformanceOptions } from '../../lib/testing/backend-conformance.js';
import type { ConformanceRunner } from '../../lib/testing/conformance/runner.js';

/** A test framework that registers the tests and runs them on demand, to see which of them fail. */
export class CollectingRunner implements ConformanceRunner {
  readonly #tests = new Map<string, () => Promise<void>>();
  readonly #before: (() => Promise<void>)[] = [];
  readonly #after: (() => Promise<void>)[] = [];

  readonly describe = (_name: string, body: () => void): void => body();
  readonly beforeEach = (body: () => Promise<void>): void => void this.#before.push(body);
  readonly afterEach = (body: () => Promise<void>): void => void this.#after.push(body);
  readonly it = (name: string, body: () => Promise<void>): void => {
    if (this.#tests.has(name)) throw new Error(`Two tests are called ${JSON.stringify(name)}.`);
    this.#tests.set(name, body);
  };

  /** Runs all tests, one after the other. What each that failed threw, by its name. */
  async run(): Promise<Map<string, unknown>> {
    const failures = new Map<string, unknown>();
    for (const [name, body] of this.#tests) {
      try {
        for (const before of this.#before) await before();
        await body();
      } catch (error) {
        failures.set(name, error);
      } finally {
        for (const after of this.#after) await after();
      }
    }
    return failures;
  }
}

/** The names of the conformance checks that fail for this backend. */
export async function failingChecks(create: () => CacheBackend, options: ConformanceOptions): Promise<string[]> {
  const runner = new CollectingRunner();
  backendConformance(create, { ...options, runner });
  const failures = await runner.run();
  // A mistake in the test's own backend, not one that the check is about.
  for (const error of failures.values()) if (error instanceof TypeError) throw error;
  return [...failures.keys()];
}
