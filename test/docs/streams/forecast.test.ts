import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { CacheManager } from 'nestjs-cached';
import { CacheTestingModule } from 'nestjs-cached/testing';
import { isObservable } from 'rxjs';
import { collect } from '../../support/tap.js';
import { ForecastService } from './forecast.service.js';

let app: TestingModule;
let forecast: ForecastService;
let server: Server;
let requests = 0;

beforeAll(async () => {
  app = await Test.createTestingModule({
    imports: [CacheTestingModule.forRoot()],
    providers: [ForecastService],
  }).compile();
  await app.init();
  forecast = app.get(ForecastService);
  server = createServer((request, response) => {
    requests++;
    response.statusCode = request.url === '/gone' ? 404 : 200;
    response.end('some words');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(async () => {
  server.close();
  await app.close();
});

const url = (path: string): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`;

it('is made once for all who ask, and stored', async () => {
  const [one, two] = await Promise.all([collect(forecast.hours('Bergen')), collect(forecast.hours('Bergen'))]);
  expect(one).toHaveLength(24);
  expect(two).toEqual(one);
  expect(await collect(forecast.report('Bergen'))).toEqual(one);
  expect(isObservable(forecast.ticks('Bergen'))).toBe(true);
  expect(app.get(CacheManager).getStats()).toMatchObject({ loads: 2, sets: 2 });
});

it('is stored from a response, unless that is not good', async () => {
  expect((await collect(forecast.words(url('words')))).join('')).toBe('some words');
  expect((await collect(forecast.words(url('words')))).join('')).toBe('some words');
  expect(requests).toBe(1);
  await collect(forecast.words(url('gone')));
  await collect(forecast.words(url('gone')));
  expect(requests).toBe(3);
});
