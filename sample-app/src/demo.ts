import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { CacheKeyGenerator } from 'nestjs-cached';
import { createApplication } from './application.js';

/** Requests in an order in which none finds its result already made by another, so that each first time is a real one. */
const REQUESTS: readonly [route: string, sample: string][] = [
  ['POST /documents', 'fleet-report.pdf'],
  ['POST /documents', 'notice-chinese.pdf'],
  ['POST /documents', 'letter-japanese.pdf'],
  ['POST /documents', 'notice-arabic.pdf'],
  ['POST /documents', 'survey-scanned.pdf'],
  ['POST /documents', 'harbour-rules.md'],
  ['POST /ocr', 'letter.png'],
  ['POST /ocr', 'receipt.jpg'],
  ['POST /images/analysis/tampering', 'harbour-tampered.jpg'],
  ['POST /images/analysis/quality', 'harbour-tampered.jpg'],
  ['POST /images/analysis/metadata', 'harbour-tampered.jpg'],
  ['POST /validation/format', 'fleet-report.pdf'],
  ['POST /validation/completeness', 'invoice.pdf'],
  ['GET /risk/DOCUMENT/:hash', 'harbour-tampered.jpg'],
  // About the text that the first request has read.
  ['POST /ai/summarize', 'fleet-report.pdf'],
  ['POST /ai/key_points', 'fleet-report.pdf'],
];

const HEAD = ['route', 'sample', 'first ms', 'second ms', 'times faster'] as const;

interface Answer {
  readonly milliseconds: number;
  readonly cache: string | string[] | undefined;
}

const agent = new Agent({ keepAlive: true });

/** Sends one request and waits for the whole answer. */
async function send(url: string, route: string, bytes: Uint8Array): Promise<Answer> {
  const [method, path] = route.split(' ') as [string, string];
  const hash = CacheKeyGenerator.computeHash(bytes);
  const target = url + path.replace(':hash', hash);
  const body = path.startsWith('/ai/') ? JSON.stringify({ hash }) : bytes;
  const start = performance.now();
  const outgoing = request(target, { method, agent });
  outgoing.end(method === 'POST' ? body : undefined);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const text = await readText(response);
  const milliseconds = performance.now() - start;
  if (response.statusCode !== 200) throw new Error(`${method} ${target} answered ${response.statusCode}: ${text}`);
  return { milliseconds, cache: response.headers['x-cache'] };
}

async function measure(url: string): Promise<string[][]> {
  const samples = new Map<string, Uint8Array>();
  for (const [, name] of REQUESTS) samples.set(name, await readFile(new URL(`../samples/${name}`, import.meta.url)));
  // A shared cache may remember an earlier demonstration.
  for (const bytes of samples.values()) await send(url, 'DELETE /documents/:hash', bytes);

  const rows: string[][] = [];
  for (const [route, name] of REQUESTS) {
    const first = await send(url, route, samples.get(name)!);
    const second = await send(url, route, samples.get(name)!);
    if (first.cache !== 'MISS' || second.cache !== 'HIT') {
      throw new Error(
        `${route} with ${name} answered ${String(first.cache)}, then ${String(second.cache)}; MISS and HIT were expected.`,
      );
    }
    const times = first.milliseconds / second.milliseconds;
    rows.push([
      route,
      name,
      first.milliseconds.toFixed(1),
      second.milliseconds.toFixed(1),
      times.toFixed(times < 10 ? 1 : 0),
    ]);
  }
  return rows;
}

/** A Markdown table: words to the left, numbers to the right. */
function table(rows: readonly string[][]): string {
  const widths = HEAD.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const isNumber = (column: number): boolean => column >= 2;
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (isNumber(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (isNumber(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`;
  return [line(HEAD), rule, ...rows.map(line)].join('\n');
}

async function main(): Promise<void> {
  const app = await createApplication({ logLevels: ['error', 'warn'] });
  try {
    await app.listen(0, '127.0.0.1');
    const rows = await measure(await app.getUrl());
    console.log(`Each sample was sent twice to the document-intelligence service.\n\n${table(rows)}\n`);
  } finally {
    agent.destroy();
    await app.close();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
