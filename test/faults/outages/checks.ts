import { it } from '@jest/globals';
import { ROWS, type RowName } from './rows.js';

const TIME = 120_000;

/** Declares the test of a row. `test/unit/faults-page.test.ts` looks for these calls by name. */
export function checks(name: RowName, test: () => Promise<unknown>): void {
  it(`${name}: ${ROWS[name].fault}`, async () => void (await test()), TIME);
}
