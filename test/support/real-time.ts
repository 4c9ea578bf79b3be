import { expect, jest } from '@jest/globals';

/*
 * Suites that break real servers and networks are bound by real time, and a machine that does something else for a second breaks
 * them, too. What fails there once is tried once more, and both outcomes are printed; what is wrong fails again. Suites whose
 * time is the test's own, and those that look for stale values, have no second chance.
 */
const BOUND_BY_TIME = /\/test\/(faults|topologies|security)\//;

if (BOUND_BY_TIME.test(expect.getState().testPath ?? '')) jest.retryTimes(1, { logErrorsBeforeRetry: true });
