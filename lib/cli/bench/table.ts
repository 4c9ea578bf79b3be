import { wrap } from '../help.js';
import { bytesText, callersText, countText, percentText, timeText } from './figures.js';
import type { CleanUp, Report, Row } from './report.js';

const WIDTH = 100;
const COLUMNS = ['operation', 'callers', 'ops/s', 'p50', 'p90', 'p99', 'p99.9', 'max', 'busy', 'failed'] as const;

/** The report for people, at most 100 columns wide. */
export function reportText(report: Report): string {
  const parts = [head(report), roundTrip(report), table(report.rows), hitsAndMisses(report), compression(report)];
  return `${[...parts, advice(report)].filter((part) => part !== '').join('\n\n')}\n`;
}

export function cleanUpText({ removed, left }: CleanUp, namespace: string): string {
  const done = `Removed ${countText(removed)} ${removed === 1 ? 'key' : 'keys'} of ${namespace};`;
  if (left === 0) return `${done} nothing is left.`;
  const rest = left === undefined ? 'the server could not be asked what is left' : `${countText(left)} are left`;
  return `${done} ${rest}. Values end by themselves within 30 minutes, three small records do not; all begin with ${namespace}:`;
}

function head({ settings, machine, server, versions, coherence, interrupted }: Report): string {
  const { backend, payloadBytes, payload, codec, compression: packing, keys, hitRatio, seconds, loadMs } = settings;
  const versionTexts = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const place = settings.server === undefined ? '' : ` on ${server?.version ?? 'Redis'} at ${settings.server}`;
  const news = coherence === undefined ? '' : `, changes told by ${coherence.found}`;
  const source = payload === 'file' ? 'from a file' : 'generated';
  const onWire = backend === 'memory' ? '' : `, codec ${codec}, compression ${packing}`;
  return [
    [...versionTexts, `${machine.cores} ${machine.cores === 1 ? 'core' : 'cores'}`].join(', '),
    `backend ${backend}${place}${news}`,
    `${countText(keys)} values of ${bytesText(payloadBytes)} (${source}${onWire}), ${seconds} s a row`,
    `getOrSet: hit ratio ${hitRatio}, a loader takes ${loadMs} ms`,
    ...(interrupted ? ['Interrupted: the rows that were complete.'] : []),
  ]
    .flatMap((line) => wrap(line, WIDTH))
    .join('\n');
}

function roundTrip({ roundTripMs }: Report): string {
  if (roundTripMs === undefined) return '';
  const { p50, p99, max } = roundTripMs;
  return `Round trip (PING): ${timeText(p50)} p50, ${timeText(p99)} p99, ${timeText(max)} max`;
}

function table(rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const anyFailed = rows.some(({ failed }) => failed > 0);
  const lines = [COLUMNS, ...rows.map(cells)].map((line) => (anyFailed ? [...line] : line.slice(0, -1)));
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const texts = lines.map((line) =>
    line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  '),
  );
  // In two spaces more than in one the eye finds its column; both fit.
  return [texts[0]!, '-'.repeat(texts[0]!.length), ...texts.slice(1)].map((line) => line.trimEnd()).join('\n');
}

function cells({ name, callers, perSecond, latencyMs, busy, failed }: Row): string[] {
  const { p50, p90, p99, p999, max } = latencyMs;
  return [
    name,
    countText(callers),
    countText(perSecond),
    ...[p50, p90, p99, p999, max].map(timeText),
    percentText(busy),
    countText(failed),
  ];
}

function hitsAndMisses({ rows }: Report): string {
  const [row] = rows.filter(({ name }) => name === 'getOrSet');
  if (!row?.hits || !row.misses) return '';
  const { hits, misses, callers } = row;
  const parts = [
    `${timeText(row.latencyMs.mean)} on average`,
    ...(hits.calls > 0 ? [`a hit ${timeText(hits.meanMs)}`] : []),
    ...(misses.calls > 0 ? [`a miss ${timeText(misses.meanMs)}`] : []),
  ];
  return `getOrSet with ${callersText(callers)}: ${parts.join(', ')}`;
}

function compression({ compression: figures }: Report): string {
  if (figures === undefined) return '';
  const { algorithm, plainBytes, packedBytes, plain, packed } = figures;
  const share = percentText(packedBytes / plainBytes);
  return [
    `Compression (${algorithm}): ${bytesText(plainBytes)} in Redis become ${bytesText(packedBytes)} (${share})`,
    `  get ${timeText(plain.getMs)} without, ${timeText(packed.getMs)} with; set ${timeText(plain.setMs)} without, ${timeText(packed.setMs)} with`,
  ].join('\n');
}

function advice({ advice: all, interrupted }: Report): string {
  if (all.length === 0) return interrupted ? '' : 'Nothing to change.';
  const lines = all.flatMap(({ change, because }) => [
    ...indented(`- ${change}`, '  '),
    ...wrap(because, WIDTH - 2).map((line) => `  ${line}`),
  ]);
  return ['What to change:', ...lines].join('\n');
}

function indented(text: string, by: string): string[] {
  return wrap(text, WIDTH - by.length).map((line, nth) => (nth === 0 ? line : by + line));
}
