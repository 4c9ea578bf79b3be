import { expect, it } from '@jest/globals';
import { inBatches } from '../../../lib/core/batches/in-batches.js';

it('keeps results in their places where a batch has left some out', async () => {
  const results = await inBatches([1, 2, 3, 4], { size: 3, concurrency: 1 }, async ({ items }) => {
    const some: number[] = [];
    some.length = items.length;
    for (const [at, item] of items.entries()) if (item !== 2) some[at] = item * 10;
    return some;
  });
  expect(results).toEqual([10, undefined, 30, 40]);
});
