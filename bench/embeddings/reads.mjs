import 'reflect-metadata';
import { Redis } from 'ioredis';
import { NestFactory } from '@nestjs/core';
import { getCacheToken } from 'nestjs-cached';
import { EmbeddingCache, EmbeddingCacheModule } from 'nestjs-cached/ai';
import { difference, startRedis } from '../kit/redis.mjs';
import { median, spread } from '../kit/stats.mjs';

const VECTORS = 1_000;
const DIMENSIONS = 1_536;
const WARM_UP = 15;

/**
 * 1,000 cached vectors of 1,536 dimensions, read from Redis. By hand: MGET of JSON texts in one command, as a vector of Float32
 * and as one of a provider's answer (shorter numbers), and `JSON.parse` of each.
 * @param {number} rounds @returns {Promise<string[][]>}
 */
export async function reads(rounds) {
  const server = await startRedis();
  const client = new Redis({ port: server.port, host: '127.0.0.1' });
  const texts = Array.from({ length: VECTORS }, (_, nth) => `document ${nth}`);
  const vectors = texts.map(() => unitVector());
  const byText = new Map(texts.map((text, nth) => [text, vectors[nth]]));
  const { app, embeddings } = await open(server.port);
  const embed = (/** @type {string[]} */ asked) => asked.map((text) => byText.get(text) ?? []);
  await embeddings.getOrEmbedMany(texts, embed);
  const keys = texts.map((text) => `json:${text}`);
  for (const [nth, key] of keys.entries()) await client.set(key, JSON.stringify([...(vectors[nth] ?? [])]));
  const shortKeys = texts.map((text) => `short:${text}`);
  const short = (/** @type {Float32Array} */ vector) => JSON.stringify(Array.from(vector, (x) => Number(x.toFixed(8))));
  for (const [nth, key] of shortKeys.entries()) await client.set(key, short(vectors[nth] ?? new Float32Array(0)));
  const byHand = async (/** @type {string[]} */ of) =>
    (await client.mget(of)).map((text) => Float32Array.from(JSON.parse(text ?? 'null')));
  const cases = {
    'JSON arrays, MGET and JSON.parse by hand': () => byHand(keys),
    'the same, numbers cut to 8 decimals': () => byHand(shortKeys),
    getOrEmbedMany: () =>
      embeddings.getOrEmbedMany(texts, () => {
        throw new Error('A vector was not in the cache.');
      }),
    'the bytes alone: getBuffer of MGET, by hand': async () =>
      (await client.mgetBuffer(...keys.map((_, nth) => `bytes:${nth}`))).map((bytes) => {
        const vector = new Float32Array(DIMENSIONS);
        new Uint8Array(vector.buffer).set(bytes ?? []);
        return vector;
      }),
  };
  for (const [nth, vector] of vectors.entries()) await client.set(`bytes:${nth}`, Buffer.from(vector.buffer));
  /** @type {Record<string, number[]>} */
  const times = {};
  let commands = {};
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const [name, read] of turned(Object.entries(cases), round)) {
      const before = await server.commands();
      const begun = performance.now();
      const found = await read();
      const took = performance.now() - begun;
      if (name === 'getOrEmbedMany') commands = difference(before, await server.commands());
      const wrong = found.findIndex((vector, nth) => vector.length !== DIMENSIONS || !isNear(vector, vectors[nth]));
      if (wrong >= 0) throw new Error(`${name}: vector ${wrong} is another one.`);
      if (round >= 0) (times[name] ??= []).push(took);
    }
  }
  await app.close();
  client.disconnect();
  await server.stop();
  const own = times['getOrEmbedMany'] ?? [];
  return Object.keys(cases).map((name) => {
    const all = times[name] ?? [];
    const line = [`${VECTORS} vectors of ${DIMENSIONS} dimensions from Redis: ${name}`, `${median(all).toFixed(1)} ms`];
    if (all === own) return [...line, '1.00', `at most 2 commands: ${JSON.stringify(commands)}`];
    const ratio = spread(all.map((time, round) => time / (own[round] ?? NaN)));
    const asked = name.startsWith('JSON') ? `>= 10: ${ratio.median >= 10 ? 'met' : 'NOT met'}` : '';
    return [...line, `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)}..${ratio.max.toFixed(2)})`, asked];
  });
}

/**
 * Each begins in turn, and none of them always pays for what the same other one has left behind.
 * @template T @param {T[]} list @param {number} by
 */
function turned(list, by) {
  const at = (by + WARM_UP) % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

/** @param {number} port */
async function open(port) {
  const cache = { backend: /** @type {const} */ ('redis'), redis: { host: '127.0.0.1', port } };
  const module = EmbeddingCacheModule.forRoot({ model: 'bench', dimensions: DIMENSIONS, cache });
  const app = await NestFactory.createApplicationContext(module, { logger: false });
  const manager = app.get(getCacheToken('embeddings'));
  while ((await manager.healthCheck()).status !== 'up');
  return { app, embeddings: app.get(EmbeddingCache) };
}

function unitVector() {
  const vector = Float32Array.from({ length: DIMENSIONS }, () => Math.random() - 0.5);
  const length = Math.hypot(...vector);
  return vector.map((element) => element / length);
}

const isNear = (/** @type {Float32Array} */ one, /** @type {Float32Array | undefined} */ other) =>
  Math.abs((one[7] ?? NaN) - (other?.[7] ?? NaN)) < 1e-7 &&
  Math.abs((one[1_535] ?? NaN) - (other?.[1_535] ?? NaN)) < 1e-7;
