import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CacheManager, CacheModule } from 'nestjs-cached';

/**
 * An application of Nest with one cache, as a user has it.
 * @param {import('nestjs-cached').CacheModuleOptions} options @param {readonly any[]} [providers]
 */
export async function openApp(options, providers = []) {
  class App {}
  Module({ imports: [CacheModule.forRoot(options)], providers: [...providers] })(App);
  const app = await NestFactory.createApplicationContext(App, { logger: ['error', 'warn'] });
  return { app, cache: app.get(CacheManager) };
}
