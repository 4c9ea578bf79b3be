// The packed tarball in fresh applications: ES modules and CommonJS, on each major version of Nest.
import { existsSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { inTemporaryFolder, pack, root, run, script } from './run.mjs';

const NEST_11 = '11.1.9';

/**
 * @typedef {{
 *   devDependencies: Record<string, string>,
 *   overrides: Record<string, string>,
 *   peerDependenciesMeta: Record<string, { optional?: boolean }>,
 * }} Manifest
 */

await script(() =>
  inTemporaryFolder(async (folder) => {
    const manifest = /** @type {Manifest} */ (JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
    const own = manifest.devDependencies;
    const tarball = await pack(folder);
    const consumers = [
      { type: 'module', nest: own['@nestjs/common'] },
      { type: 'commonjs', nest: NEST_11 },
      { type: 'commonjs', nest: own['@nestjs/common'] },
    ];
    for (const { type, nest } of consumers) {
      const app = join(folder, `${type}-${nest}`);
      await cp(join(root, 'scripts/consumers'), app, { recursive: true });
      const nestPackages = ['common', 'core', 'platform-express'].map((name) => [`@nestjs/${name}`, nest]);
      const others = ['reflect-metadata', 'rxjs', '@types/node', 'typescript'].map((name) => [name, own[name]]);
      const description = {
        name: 'consumer',
        private: true,
        type,
        dependencies: { ...Object.fromEntries([...nestPackages, ...others]), 'nestjs-cached': `file:${tarball}` },
        overrides: { 'file-type': manifest.overrides['file-type'] },
      };
      await writeFile(join(app, 'package.json'), JSON.stringify(description, undefined, 2));
      await run('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: app });
      // What is optional did not come along, so the types compile, and the application runs, without it.
      const optional = Object.keys(manifest.peerDependenciesMeta).filter(
        (name) => manifest.peerDependenciesMeta[name]?.optional,
      );
      const brought = optional.filter((name) => existsSync(join(app, 'node_modules', name)));
      if (brought.length > 0) throw new Error(`Installing nestjs-cached alone brought ${brought.join(', ')}.`);
      await run('npx', ['tsc', '-p', '.'], { cwd: app });
      process.stdout.write(`${type}, Nest ${nest}, Node ${process.versions.node}: `);
      await run('node', ['dist/main.js'], { cwd: app });
      // The command line as it is installed: it needs no ioredis for the memory, and a second for this.
      const brief = ['--backend', 'memory', '--seconds', '0.05', '--callers', '1', '--keys', '50'];
      await run('npx', ['--no-install', 'nestjs-cached', 'bench', ...brief], { cwd: app, stdio: 'ignore' });
    }
  }),
);
