import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Jest loads this file outside its module registry, so the import names the source file itself.
import { findRedis } from './find-redis.ts';

const cacheFolder = join(dirname(fileURLToPath(import.meta.url)), '../../node_modules/.cache');

/** Runs once, before the workers start: what it leaves in the environment, each of them inherits. */
export default async function globalSetup(): Promise<void> {
  try {
    process.env['TEST_REDIS_SERVER'] = JSON.stringify(await findRedis(cacheFolder));
  } catch (error) {
    // With REDIS_URL most suites run all the same; those that freeze or kill a server report this text.
    if (!process.env['REDIS_URL']) throw error;
    process.env['TEST_REDIS_MISSING'] = error instanceof Error ? error.message : String(error);
  }
}
