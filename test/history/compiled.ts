import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';

const root = fileURLToPath(new URL('../../', import.meta.url));
const cacheFolder = join(root, 'node_modules/.cache');

/** Something of the sources that plain Node can run. */
export interface Compiled {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Compiles the file and what it imports, into a folder of this run alone from which packages are found: nobody else's
 * build is needed, or touched.
 */
export async function compile(name: string): Promise<Compiled> {
  await mkdir(cacheFolder, { recursive: true });
  const folder = await mkdtemp(join(cacheFolder, 'history-'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  const entry = resolve(dirname(fileURLToPath(import.meta.url)), name);
  const seen = new Set([entry]);
  // A set grows while it is walked.
  for (const path of seen) {
    const source = await readFile(path, 'utf8');
    const target = targetOf(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, (await transform(source, { ...SETTINGS, filename: path })).code);
    for (const [, imported] of source.matchAll(/(?:from|import\()\s*'(\.{1,2}\/[^']+)\.js'/g)) {
      seen.add(resolve(dirname(path), `${imported}.ts`));
    }
  }
  return { path: targetOf(folder, entry), remove: () => rm(folder, { recursive: true, force: true }) };
}

function targetOf(folder: string, path: string): string {
  return join(folder, relative(root, path)).replace(/\.ts$/, '.js');
}

const SETTINGS = {
  swcrc: false,
  configFile: false,
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: {
      legacyDecorator: true,
      decoratorMetadata: true,
      useDefineForClassFields: true,
      verbatimModuleSyntax: true,
    },
    keepClassNames: true,
  },
  module: { type: 'es6' },
} as const;
