import { expect, it } from '@jest/globals';
import { soak } from './soak.js';

/* Started by `npm run soak`: it is no part of the tests, since it may run for as long as one likes. */
const MINUTES = Number(process.env['SOAK_MINUTES'] ?? 2);
const SEED = Number(process.env['SOAK_SEED'] ?? 1);
const CLOCK_OFFSET = Number(process.env['SOAK_CLOCK_OFFSET'] ?? 0);

it(
  `finds nothing wrong in ${MINUTES} minutes of trouble`,
  async () => {
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    const stories = await soak({ minutes: MINUTES, seed: SEED, clockOffset: CLOCK_OFFSET, say });
    for (const story of stories) say(`\n${story}`);
    expect(stories.length).toBe(0);
  },
  (MINUTES * 60 + 90) * 1_000,
);
