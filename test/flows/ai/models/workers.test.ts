import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterAll, expect, it } from '@jest/globals';
import { ModelCache } from 'nestjs-cached/ai';

const CODE = `
  const { parentPort, workerData } = require('node:worker_threads');
  parentPort.on('message', (number) => parentPort.postMessage(number * workerData));
  parentPort.postMessage('ready');
`;

const workers: Worker[] = [];
afterAll(async () => void (await Promise.all(workers.map((worker) => worker.terminate()))));

async function start(factor: number): Promise<Worker> {
  const worker = new Worker(CODE, { eval: true, workerData: factor });
  workers.push(worker);
  await once(worker, 'message');
  return worker;
}

async function ask(worker: Worker, number: number): Promise<unknown> {
  worker.postMessage(number, []);
  const [answer] = (await once(worker, 'message')) as unknown[];
  return answer;
}

it('keeps real workers: each is started once, works while it is leased, and is terminated when it has to leave', async () => {
  const models = new ModelCache({ maxInstances: 1 });
  const exits: string[] = [];
  const load = (factor: number) => async (): Promise<Worker> => {
    const worker = await start(factor);
    worker.once('exit', () => exits.push(`x${factor}`));
    return worker;
  };
  const lease = await models.lease('x2', load(2));
  expect(await ask(lease.model, 21)).toBe(42);
  expect(await models.use('x3', load(3), (worker) => ask(worker, 14))).toBe(42);
  // In use, and so beyond the bound rather than gone.
  expect(await ask(lease.model, 4)).toBe(8);
  expect(exits).toEqual([]);
  const gone = once(workers[1]!, 'exit');
  lease.release();
  await gone;
  expect(exits).toEqual(['x3']);
  const [again, same] = await Promise.all(['x2', 'x2'].map((key) => models.lease(key, load(0))));
  expect([again!.model, same!.model]).toEqual([workers[0], workers[0]]);
  for (const each of [again!, same!]) each.release();
  expect(workers).toHaveLength(2);
  await models.close();
  expect(exits).toEqual(['x3', 'x2']);
  expect(models.getStats()).toMatchObject({ loads: 2, disposed: 2, disposeErrors: 0, instances: 0, leaving: 0 });
});
