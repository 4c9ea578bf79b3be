import 'reflect-metadata';
import type { LogLevel } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';

/** The service, ready to listen. Bodies are files, so nothing parses them before the routes read them. */
export async function createApplication({ logLevels }: { logLevels: LogLevel[] }): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule, {
    bodyParser: false,
    abortOnError: false,
    logger: logLevels,
  });
  app.enableShutdownHooks();
  return app;
}
