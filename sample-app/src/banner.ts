/** What a newcomer wants to type next. */
export function banner(url: string, store: string, engine: string): string {
  const post = (path: string, sample: string): string =>
    `  curl -i --data-binary @sample-app/samples/${sample} ${url}${path}`;
  return [
    '',
    `Document intelligence on ${url}, results cached in ${store}.`,
    `Questions about texts are answered by ${engine}.`,
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
    `  curl ${url}/ai/cost`,
    `  curl ${url}/health`,
    `  curl ${url}/stats`,
    '',
    'Stop with Ctrl-C.',
    '',
  ].join('\n');
}
