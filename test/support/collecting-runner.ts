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

  get names(): string[] {
    return [...this.#tests.keys()];
  }

  /** Runs all tests, one after the other. The message of each that failed, by its name. */
  async run(): Promise<Map<string, string>> {
    const failures = new Map<string, string>();
    for (const [name, body] of this.#tests) {
      try {
        for (const before of this.#before) await before();
        await body();
      } catch (error) {
        failures.set(name, error instanceof Error ? error.message : String(error));
      } finally {
        for (const after of this.#after) await after();
      }
    }
    return failures;
  }
}
