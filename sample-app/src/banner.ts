/** Who and what is at work in this service, in words. */
export interface BannerFacts {
  readonly url: string;
  /** Where results are kept: `memory`. */
  readonly store: string;
  readonly engine: string;
  readonly embedder: string;
}

/** What a newcomer wants to type next. */
export function banner({ url, store, engine, embedder }: BannerFacts): string {
  const post = (path: string, sample: string): string =>
    `  curl -i --data-binary @sample-app/samples/${sample} ${url}${path}`;
  return [
    '',
    `Document intelligence on ${url}, results cached in ${store}.`,
    `Questions about texts are answered by ${engine}.`,
    `Similar passages are found by ${embedder}.`,
    'Send a file twice and compare the X-Cache and Server-Timing headers:',
    '',
    post('/documents', 'fleet-report.pdf'),
    post('/ocr', 'letter.png'),
    post('/images/analysis/tampering', 'harbour-tampered.jpg'),
    post('/validation/completeness', 'invoice.pdf'),
    '',
    'Then, with the hash from an answer:',
    '',
    `  curl -i ${url}/risk/DOCUMENT/<hash>`,
    `  curl -X DELETE ${url}/documents/<hash>`,
    `  curl -i ${url}/ai/summarize -d '{"hash": "<hash>"}'`,
    `  curl -N ${url}/ai/key_points/stream -d '{"hash": "<hash>"}'`,
    `  curl ${url}/documents/<hash>/similar -d '{"text": "hinge pin"}'`,
    `  curl ${url}/ai/cost`,
    `  curl ${url}/health`,
    `  curl ${url}/stats`,
    '',
    'Stop with Ctrl-C.',
    '',
  ].join('\n');
}
