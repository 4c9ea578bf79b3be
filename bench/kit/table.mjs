import { inTime } from './stats.mjs';

/**
 * One contestant of one case. `ratio` is how many times the limit's speed it has, over the rounds; `figure` stands where
 * the row measures something else than time; `met` is `undefined` where nothing was promised.
 * @typedef {{ case: string, contestant: string, kind: 'limit' | 'ours' | 'peer', ns?: number, figure?: string,
 *   ratio?: { median: number, min: number, max: number }, target?: string, met?: boolean, note?: string,
 *   failed?: string, rounds?: object, details?: object }} Line
 * @typedef {{ name: string, title: string, lines: readonly Line[] }} Result
 */

const HEAD = ['case', 'contestant', 'figure', 'ratio to the limit (min..max)', 'target', 'met', ''];

/** A row of the benchmark as Markdown, footnotes under it. @param {Result} result */
export function tableOf({ name, title, lines }) {
  /** @type {string[]} */
  const notes = [];
  const mark = (/** @type {string | undefined} */ note) => {
    if (note === undefined) return '';
    if (!notes.includes(note)) notes.push(note);
    return `[${notes.indexOf(note) + 1}]`;
  };
  const cells = lines.map((line, nth) => [
    line.case === lines[nth - 1]?.case ? '' : line.case,
    line.kind === 'ours'
      ? `**${line.contestant}**`
      : line.kind === 'limit'
        ? `limit: ${line.contestant}`
        : line.contestant,
    line.failed === undefined ? (line.figure ?? inTime(line.ns ?? NaN)) : 'fails its check',
    line.ratio === undefined ? '' : ratioText(line.ratio),
    line.target ?? '',
    line.met === undefined ? '' : line.met ? 'yes' : 'NO',
    mark(line.failed ?? line.note),
  ]);
  const body = grid([HEAD, ...cells]);
  const feet = notes.map((note, nth) => `[${nth + 1}] ${note}`).join('  \n');
  return `## ${name}: ${title}\n\n${body}\n${feet === '' ? '' : `\n${feet}\n`}`;
}

/** @param {{ median: number, min: number, max: number }} ratio */
const ratioText = ({ median, min, max }) => `${digits(median)} (${digits(min)}..${digits(max)})`;

/** Two digits that mean something below one tenth. @param {number} value */
const digits = (value) => (value >= 0.1 || value === 0 ? value.toFixed(2) : value.toPrecision(2));

/** @param {readonly (readonly string[])[]} lines The first one is the head. */
export function grid(lines) {
  const [head = [], ...rest] = lines;
  const widths = head.map((_, column) => Math.max(3, ...lines.map((line) => line[column]?.length ?? 0)));
  const draw = (/** @type {readonly string[]} */ line) =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [draw(head), draw(widths.map((width) => '-'.repeat(width))), ...rest.map(draw)].join('\n');
}
