import { CacheManager } from 'nestjs-cached';
import { AI_ENGINE } from './ai/ai-engine.token.js';
import type { AiEngine } from './ai/ai-engine.js';
import { createApplication } from './application.js';
import { banner } from './banner.js';
import { portBeside, portFrom } from './port.js';

// Loopback unless told otherwise: whoever reaches the service may use it and empty its cache.
const HOST = process.env['HOST'] ?? '127.0.0.1';

async function main(): Promise<void> {
  const port = portFrom(process.env['PORT']);
  const app = await createApplication({ logLevels: ['error', 'warn'], bufferLogs: true });
  await app.listen(port, HOST);
  app.flushLogs();
  const { backend } = await app.get(CacheManager).healthCheck();
  const { name } = app.get<AiEngine>(AI_ENGINE, { strict: false });
  process.stdout.write(`${banner(await app.getUrl(), backend, name)}\n`);
}

function explain(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  return taken ? `${reason}\nChoose another port: PORT=${portBeside(portFrom(process.env['PORT']))} npm start` : reason;
}

main().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
});
