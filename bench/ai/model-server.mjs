// A server that answers every request with 1,000 chunks of a completion, one after the other: a millisecond apart at
// /paced, elsewhere as fast as can be. node model-server.mjs
import { createServer } from 'node:http';

const ITEMS = 1_000;
const chunk = (/** @type {number} */ nth) =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_764_000_000,
    model: 'gpt-4o-mini',
    choices: [{ index: 0, delta: { content: ` word${nth}` }, finish_reason: nth === ITEMS - 1 ? 'stop' : null }],
  })}\n\n`;
const chunks = Array.from({ length: ITEMS }, (_, nth) => chunk(nth));

const server = createServer((request, response) => void answer(request, response));

async function answer(request, response) {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  // Each travels by itself, as the tokens of a model do.
  const isPaced = request.url === '/paced';
  for (const text of chunks) {
    response.write(text);
    await new Promise((resolve) => (isPaced ? setTimeout(resolve, 1) : setImmediate(resolve)));
  }
  response.end('data: [DONE]\n\n');
}

server.listen(0, '127.0.0.1', () => process.send?.(/** @type {any} */ (server.address()).port));
process.on('disconnect', () => process.exit());
