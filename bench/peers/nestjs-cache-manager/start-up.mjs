import 'reflect-metadata';
import { CacheModule } from '@nestjs/cache-manager';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

/** As its documentation begins. */
export function create() {
  class App {}
  Module({ imports: [CacheModule.register()] })(App);
  return NestFactory.createApplicationContext(App, { logger: ['error', 'warn'] });
}
