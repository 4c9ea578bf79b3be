import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { getRequest, HttpConnection, parseResponse } from './http-client.mjs';
import { concurrent } from './loops.mjs';

const SERVER = fileURLToPath(new URL('http-server.mjs', import.meta.url));
const IDS = Array.from({ length: 16 }, (_, nth) => String(nth));

/** What an interface answers: a list of records, about 2 KiB as JSON. @param {string} id */
export function answerOf(id) {
  const number = Number(id);
  const items = Array.from({ length: 20 }, (_, nth) => {
    const sku = `SKU-${1_000 + number * 20 + nth}`;
    return { id: nth, sku, title: `Item number ${nth} of list ${id}`, price: 9.99 + nth, inStock: nth % 2 === 0 };
  });
  return { id: number, name: `List ${id}`, owner: { id: 3, name: 'Ann', email: 'ann@example.org' }, items };
}

/**
 * What a contestant adds to the application: modules, and the interceptor of the controller. `caches`: whether a second
 * request for the same is answered without the handler.
 * @typedef {{ imports: any[], interceptors: any[], caches: boolean }} Addition
 * @typedef {{ platform: 'fastify' | 'express', connections: number, work: 'none' | 'timer' | 'busy' }} HttpCase
 */

/**
 * A contestant is the client; the application runs in a process of its own, made of what `module` exports as `addition`.
 * @param {string} module Its own `import.meta.url`. @param {Addition} addition @param {string} [note]
 */
export function httpRoom(module, addition, note) {
  return async (/** @type {unknown} */ _row, /** @type {HttpCase} */ { platform, connections, work }) => {
    const server = fork(SERVER, [module, platform, work], { execArgv: ['--no-warnings'] });
    const [port] = /** @type {[number]} */ (await once(server, 'message'));
    const open = await Promise.all(Array.from({ length: connections }, () => HttpConnection.open(port)));
    const requests = IDS.map((id) => getRequest(`/items/${id}`));
    return {
      ...(note === undefined ? {} : { note }),
      run: concurrent(
        // Caller `n` of so many has the numbers n, n + so many, ...: a connection of his own.
        (nth) => open[nth % connections]?.send(/** @type {string} */ (requests[nth % requests.length])),
        connections,
      ),
      check: () => check(/** @type {HttpConnection} */ (open[0]), addition.caches),
      close: async () => {
        for (const connection of open) connection.close();
        server.disconnect();
        await once(server, 'exit');
      },
    };
  };
}

/** The right answer each time; a cached one comes without its handler. @param {HttpConnection} connection @param {boolean} caches */
async function check(connection, caches) {
  const runs = async () => Number(parseResponse(await connection.send(getRequest('/runs'))).body);
  const round = async () => {
    for (const id of IDS) {
      const { status, headers, body } = parseResponse(await connection.send(getRequest(`/items/${id}`)));
      assert.equal(status, 200);
      assert.match(headers['content-type'] ?? '', /^application\/json/);
      assert.deepEqual(JSON.parse(body), answerOf(id));
    }
  };
  await round();
  const before = await runs();
  await round();
  const more = (await runs()) - before;
  assert.equal(more, caches ? 0 : IDS.length, `The handler ran ${more} times for ${IDS.length} requests.`);
}
