const PANEL = 450;
const LABEL = 190;
const VALUE = 46;
const BAR = 13;
const STEP = 18;
const TOP = 50;
const GAP = 26;
const MARGIN = 16;
/** A bar that is hardly there is still seen. */
const LEAST = 1.5;

/** Two schemes; where a picture is shown alone, or a browser asks for none, the light one. */
const STYLE = `
  text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #1f2328; }
  .paper { fill: #ffffff; } .head { font-weight: 600; font-size: 13px; } .quiet { fill: #59636e; font-size: 11px; }
  .ours { fill: #c2185b; } .peer { fill: #8c959f; } .limit { stroke: #0969da; stroke-width: 1.5; stroke-dasharray: 3 2; }
  .track { fill: #eaeef2; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; } .paper { fill: #0d1117; } .quiet { fill: #9198a1; }
    .ours { fill: #f06292; } .peer { fill: #6e7681; } .limit { stroke: #58a6ff; } .track { fill: #1c2128; }
  }`;

/**
 * A chart of bars, two panels in a line. A blue line in each is the limit.
 * @param {readonly import('./panels.mjs').Panel[]} panels @param {string} about Where and when it was measured.
 */
export function drawChart(panels, about) {
  const heights = panels.map(({ bars }) => TOP + bars.length * STEP + GAP);
  const lines = Array.from({ length: Math.ceil(panels.length / 2) }, (_, nth) =>
    Math.max(heights[2 * nth] ?? 0, heights[2 * nth + 1] ?? 0),
  );
  const offset = (/** @type {number} */ line) => lines.slice(0, line).reduce((sum, height) => sum + height, 44);
  const width = 2 * PANEL + MARGIN;
  const height = offset(lines.length) + 24;
  const drawn = panels.map((panel, nth) =>
    drawPanel(panel, MARGIN + (nth % 2) * PANEL, offset(Math.floor(nth / 2)), PANEL - 2 * MARGIN),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title told">
<title id="title">Speed of nestjs-cached and its peers, relative to the limit</title>
<desc id="told">${escape(panels.map(inWords).join(' '))}</desc>
<style>${STYLE}
</style>
<rect class="paper" width="${width}" height="${height}" rx="6"/>
<text class="head" x="${MARGIN}" y="26" style="font-size:15px">Times the limit’s speed: longer is faster</text>
${drawn.join('\n')}
<text class="quiet" x="${MARGIN}" y="${height - 14}">${escape(about)}</text>
</svg>
`;
}

/** @param {import('./panels.mjs').Panel} panel @param {number} x @param {number} y @param {number} width */
function drawPanel({ title, limit, bars }, x, y, width) {
  const room = width - LABEL - VALUE;
  const most = Math.max(1.1, ...bars.map(({ ratio }) => ratio));
  const at = (/** @type {number} */ ratio) => Math.max(LEAST, (ratio / most) * room);
  const left = x + LABEL;
  const rows = bars.map(({ name, kind, ratio }, nth) => {
    const top = y + TOP + nth * STEP;
    const base = top + BAR - 2.5;
    const weight = kind === 'ours' ? ' font-weight="600"' : '';
    return `<g><title>${escape(`${name}: ${digits(ratio)} times the speed of ${limit}`)}</title>
<text x="${left - 8}" y="${base}" text-anchor="end"${weight}>${escape(name)}</text>
<rect class="track" x="${left}" y="${top}" width="${room}" height="${BAR}" rx="2"/>
<rect class="${kind}" x="${left}" y="${top}" width="${at(ratio).toFixed(1)}" height="${BAR}" rx="2"/>
<text x="${left + room + 6}" y="${base}"${weight}>${digits(ratio)}</text></g>`;
  });
  const line = left + at(1);
  const bottom = y + TOP + bars.length * STEP;
  return `<g>
<text class="head" x="${x}" y="${y + 20}">${escape(title)}</text>
<text class="quiet" x="${x}" y="${y + 37}">limit: ${escape(limit)}</text>
${rows.join('\n')}
<line class="limit" x1="${line}" x2="${line}" y1="${y + TOP - 5}" y2="${bottom}"/>
</g>`;
}

/** @param {import('./panels.mjs').Panel} panel */
const inWords = ({ title, limit, bars }) =>
  `${title}, beside ${limit}: ${bars.map(({ name, ratio }) => `${name} ${digits(ratio)}`).join(', ')}.`;

/** @param {number} ratio */
const digits = (ratio) => (ratio >= 0.095 ? ratio.toFixed(2) : ratio.toPrecision(1));

/** @param {string} text */
const escape = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
