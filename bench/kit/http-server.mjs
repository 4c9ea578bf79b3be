// A forked process: `http-server.mjs <module of the contestant> <platform> <work>`. Tells its parent the port.
import 'reflect-metadata';
import { Controller, Get, Module, Param, UseInterceptors } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { answerOf } from './http-room.mjs';

const [, , module = '', platform = 'fastify', work = 'none'] = process.argv;
/** @type {{ addition: import('./http-room.mjs').Addition }} */
const { addition } = await import(module);

const WORK_MS = 1;
/** @type {Record<string, () => Promise<unknown> | undefined>} */
const WORK = {
  none: () => undefined,
  timer: () => new Promise((resolve) => setTimeout(resolve, WORK_MS)),
  busy: () => {
    const end = performance.now() + WORK_MS;
    while (performance.now() < end);
    return undefined;
  },
};

/** Made before: what it takes to make an answer is what `work` says. @type {Map<string, object>} */
const answers = new Map();
let runs = 0;

class Items {
  /** @param {string} id */
  async find(id) {
    runs++;
    await WORK[work]?.();
    const known = answers.get(id);
    if (known !== undefined) return known;
    const made = answerOf(id);
    answers.set(id, made);
    return made;
  }
}
route(Items, 'items', 'find', ':id');
Param('id')(Items.prototype, 'find', 0);
if (addition.interceptors.length > 0) UseInterceptors(...addition.interceptors)(Items);

class Runs {
  count() {
    return String(runs);
  }
}
route(Runs, 'runs', 'count', '');

class App {}
Module({ imports: addition.imports, controllers: [Items, Runs] })(App);

const app = await NestFactory.create(App, await adapter(), { logger: ['error', 'warn'] });
await app.listen(0, '127.0.0.1');
process.on('disconnect', () => process.exit());
process.send?.(app.getHttpServer().address().port);

/** What decorators do. @param {any} type @param {string} prefix @param {string} method @param {string} path */
function route(type, prefix, method, path) {
  Controller(prefix)(type);
  Get(path)(type.prototype, method, /** @type {any} */ (Object.getOwnPropertyDescriptor(type.prototype, method)));
  Reflect.defineMetadata('design:paramtypes', [String], type.prototype, method);
}

async function adapter() {
  if (platform === 'express') return new (await import('@nestjs/platform-express')).ExpressAdapter();
  return /** @type {any} */ (new (await import('@nestjs/platform-fastify')).FastifyAdapter());
}
