import assert from 'node:assert/strict';
import type { CacheBackend } from '../contracts/backend.js';
import type { BackendCapability } from './backend-operation.js';
import { batchChecks } from './conformance/batch-checks.js';
import { concurrencyChecks } from './conformance/concurrency-checks.js';
import { expiryChecks } from './conformance/expiry-checks.js';
import { inPlaceChecks } from './conformance/in-place-checks.js';
import { keyChecks } from './conformance/key-checks.js';
import { lifecycleChecks } from './conformance/lifecycle-checks.js';
import { globalRunner, type ConformanceRunner } from './conformance/runner.js';
import { scanChecks } from './conformance/scan-checks.js';
import { Subject } from './conformance/subject.js';
import { valueChecks } from './conformance/value-checks.js';

export interface ConformanceOptions {
  /** `{ describe, it, beforeEach, afterEach }` of the test framework. Default: its globals (Jest; Vitest with `globals`). */
  runner?: ConformanceRunner;
  /** What the suite is called. Default `a cache backend`. */
  name?: string;
  /**
   * Moves the store's time by so many milliseconds, for example `(ms) => clock.advance(ms)`. Without it no expiry is
   * checked: the suite never sleeps.
   */
  advance?: (ms: number) => Promise<void>;
  /**
   * Takes the server away from a backend that works; returns what brings it back, if anything has to. Without it
   * nothing is checked about outages.
   */
  unavailable?: (backend: CacheBackend) => Promise<(() => Promise<void>) | void>;
  /** How long an operation may take, in real milliseconds, before it counts as hanging. Default 3,000. */
  patienceMs?: number;
  /** The most bytes a value may have, where that is below 1 MiB. Then one byte more must be an error. Default: no such limit. */
  maxValueBytes?: number;
  /** Optional methods the backend must have. Default: none; those it has are checked in any case. */
  capabilities?: readonly BackendCapability[];
}

/**
 * Registers the tests that every `CacheBackend` must pass, with the test framework at hand. Each test has a new
 * backend, which is closed after it, and keys of its own, which are deleted after it: a shared store may be used.
 *
 * @param createBackend Makes a backend that is ready to work, or connects at its first use.
 * @throws Error when no runner is given and the framework's functions are no globals.
 */
export function backendConformance(
  createBackend: () => CacheBackend | Promise<CacheBackend>,
  options: ConformanceOptions = {},
): void {
  const { describe, it, beforeEach, afterEach } = options.runner ?? globalRunner();

  describe(`${options.name ?? 'a cache backend'} conforms`, () => {
    const subject = new Subject(createBackend, it, options);
    beforeEach(() => subject.open());
    afterEach(() => subject.close());

    for (const capability of options.capabilities ?? []) {
      it(`has ${capability}`, async () => {
        assert.ok(subject.with(capability), `${subject.backend.name} has no ${capability}`);
      });
    }
    valueChecks(subject);
    keyChecks(subject);
    expiryChecks(subject);
    concurrencyChecks(subject);
    scanChecks(subject);
    batchChecks(subject);
    inPlaceChecks(subject);
    lifecycleChecks(subject);
  });
}
