import { expect, it } from '@jest/globals';
import { HeapWatch } from '../../soak/heap-watch.js';

const MB = 1_000_000;

function watching(...pages: number[][]): HeapWatch {
  const watch = new HeapWatch();
  for (const page of pages) watch.add(page);
  return watch;
}

it('does not mind what the first page leaves, or what comes and goes', () => {
  const watch = watching([5 * MB], [20 * MB], [21 * MB], [20 * MB], [60 * MB], [20 * MB], [23 * MB]);
  expect(watch.growth).toEqual([]);
  expect(watch.last).toBe('23.0');
});

it('names the process that grows', () => {
  const pages = Array.from({ length: 10 }, (_, nth) => [20 * MB, 20 * MB + nth * 4 * MB]);
  expect(watching(...pages).growth).toEqual(['process 2 held 24000000 bytes, and now 48000000.']);
});

it('says nothing where there is too little to compare', () => {
  expect(watching([1 * MB], [2 * MB], [90 * MB]).growth).toEqual([]);
});
