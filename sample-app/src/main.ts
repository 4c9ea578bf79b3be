import { CacheManager } from 'nestjs-cached';
import { createApplication } from './application.js';
import { banner } from './banner.js';

async function main(): Promise<void> {
  const app = await createApplication({ logLevels: ['error', 'warn'] });
  await app.listen(Number(process.env['PORT'] ?? 3000), process.env['HOST'] ?? 'localhost');
  const { backend } = await app.get(CacheManager).healthCheck();
  console.log(banner((await app.getUrl()).replace('[::1]', 'localhost'), backend));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
