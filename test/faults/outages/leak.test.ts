import { expect } from '@jest/globals';
import { checks } from './checks.js';
import { leakage } from './leakage.js';

const OPERATIONS = Number(process.env['LEAK_OPERATIONS'] ?? 100_000);
/** What the runtime itself may keep: compiled code, feedback, pools of sockets. */
const SLACK = 3_000_000;

checks('leak', async () => {
  const [before, after] = await leakage(OPERATIONS);
  expect(after.failures).toBe(0);
  expect(after.outages).toBeGreaterThan(before.outages);
  expect(after.heap - before.heap).toBeLessThan(SLACK);
});
