import 'reflect-metadata';
import type { LogLevel } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';

export interface ApplicationOptions {
  readonly logLevels: LogLevel[];
  /** Holds logs back until `flushLogs()`, for a caller who reports a failed start itself: Nest would log it as well. */
  readonly bufferLogs?: boolean;
}

/** The service, ready to listen. Bodies are files, so nothing parses them before the routes read them. */
export async function createApplication({
  logLevels,
  bufferLogs = false,
}: ApplicationOptions): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule, {
    bodyParser: false,
    abortOnError: false,
    bufferLogs,
    autoFlushLogs: !bufferLogs,
    logger: logLevels,
  });
  app.enableShutdownHooks();
  return app;
}
