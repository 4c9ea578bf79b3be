/**
 * One line of the table. `ratio` is over rounds; `met` is `undefined` where nothing was promised.
 * @typedef {{ row: string, what: string, limit: string, ours: string, target: string, met: boolean | undefined,
 *   ratio?: { median: number, min: number, max: number }, details?: unknown }} Line
 */

const HEAD = ['row', 'what', 'limit', 'ours', 'ratio (min..max)', 'target', 'met'];

/** @param {readonly Line[]} lines */
export function table(lines) {
  const cells = lines.map(({ row, what, limit, ours, ratio, target, met }) => [
    row,
    what,
    limit,
    ours,
    ratio ? `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)}..${ratio.max.toFixed(2)})` : '',
    target,
    met === undefined ? '' : met ? 'yes' : 'NO',
  ]);
  const widths = HEAD.map((name, column) => Math.max(name.length, ...cells.map((line) => line[column]?.length ?? 0)));
  const draw = (/** @type {string[]} */ line) =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [draw(HEAD), draw(widths.map((width) => '-'.repeat(width))), ...cells.map(draw)].join('\n');
}
