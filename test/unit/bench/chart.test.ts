import { expect, test } from '@jest/globals';

interface Panel {
  title: string;
  limit: string;
  bars: { name: string; kind: string; ratio: number }[];
}
interface Panels {
  panelsOf(rows: object): Panel[];
}
interface Draw {
  drawChart(panels: Panel[], about: string): string;
}

// The benchmark is plain JavaScript, which no declaration describes.
const panelsPath = '../../../bench/chart/panels.mjs';
const drawPath = '../../../bench/chart/draw.mjs';
const { panelsOf } = (await import(panelsPath)) as Panels;
const { drawChart } = (await import(drawPath)) as Draw;

const CASE = '1 caller, one key';
const line = (contestant: string, kind: string, median?: number) => ({
  case: CASE,
  contestant,
  kind,
  ...(median === undefined ? {} : { ratio: { median, min: median, max: median } }),
});
const lines = [
  line('lru-cache', 'limit', 1),
  line('nestjs-cached, clone', 'ours', 0.4),
  line('nestjs-cached, share', 'ours', 1.05),
  line('slow', 'peer', 0.01),
  line('slow, reference', 'peer', 0.2),
  line('fast', 'peer', 0.7),
  line('wrong', 'peer'),
  { ...line('elsewhere', 'peer', 9), case: '64 callers, one key' },
];

test('a panel has ours first, then each library once by its fastest setting; who failed has no bar', () => {
  expect(panelsOf({ 'memory-get': { lines }, unknown: { lines } })).toEqual([
    {
      title: 'get from memory',
      limit: 'lru-cache',
      bars: [
        { name: 'nestjs-cached, share', kind: 'ours', ratio: 1.05 },
        { name: 'nestjs-cached, clone', kind: 'ours', ratio: 0.4 },
        { name: 'fast', kind: 'peer', ratio: 0.7 },
        { name: 'slow, reference', kind: 'peer', ratio: 0.2 },
      ],
    },
  ]);
});

test('a picture says in words what it shows, in both schemes, and fetches nothing', () => {
  const bars = [{ name: '<b> & "co"', kind: 'peer', ratio: 0.03 }];
  const picture = drawChart([{ title: 'get', limit: 'lru-cache', bars }], 'a machine');
  expect(picture).toContain('<title id="title">');
  expect(picture).toContain('get, beside lru-cache: &lt;b&gt; &amp; &quot;co&quot; 0.03.');
  expect(picture).not.toContain('<b>');
  expect(picture).toContain('prefers-color-scheme: dark');
  expect(picture).not.toMatch(/url\(|href|@import|@font-face/);
});
