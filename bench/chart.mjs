// Draws what was recorded last. node bench/chart.mjs [--from file] [--to file]
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { drawChart } from './chart/draw.mjs';
import { panelsOf } from './chart/panels.mjs';

const own = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const { values } = parseArgs({
  options: {
    from: { type: 'string', default: own('recorded.json') },
    to: { type: 'string', default: own('../docs/bench.svg') },
  },
});
const { machine, rows } = JSON.parse(readFileSync(values.from, 'utf8'));
const panels = panelsOf(rows);
if (panels.length === 0) throw new Error(`${values.from} has none of the rows that the chart shows.`);
const about = `${machine.processor}, Node ${machine.node.slice(1)}, ${machine.date}. Only the fastest peers are shown.`;
writeFileSync(values.to, drawChart(panels, about));
