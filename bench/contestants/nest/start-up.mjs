import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

/** An application with nothing in it. */
export function create() {
  class App {}
  Module({})(App);
  return NestFactory.createApplicationContext(App, { logger: ['error', 'warn'] });
}
