// Build, tests, smoke run and consumers on the other supported Node versions: `npm run check:runtimes [-- 22 24]`.
import { delimiter, join } from 'node:path';

import { inTemporaryFolder, run, script } from './run.mjs';

const versions = process.argv.length > 2 ? process.argv.slice(2) : ['22', '24'];

await script(async () => {
  for (const version of versions) {
    await inTemporaryFolder(async (folder) => {
      await run('npm', [
        'install',
        '--silent',
        '--no-save',
        '--no-audit',
        '--no-fund',
        '--prefix',
        folder,
        `node@${version}`,
      ]);
      const path = [join(folder, 'node_modules/node/bin'), process.env['PATH']].join(delimiter);
      const options = { env: { ...process.env, PATH: path } };
      await run('node', ['--version'], options);
      await run('npx', ['tsc', '-b', 'sample-app', '--force'], options);
      await run('npm', ['test'], options);
      await run('node', ['scripts/smoke.mjs'], options);
      await run('npm', ['run', 'check:consumers'], options);
    });
  }
});
