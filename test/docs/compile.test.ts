import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { blocksOf, PAGES, ROOT, type Block } from './pages.js';

/** What stands before a block that imports nothing: a few lines that show one call need no head. */
const PRELUDE = `
import * as nest from '@nestjs/common';
import * as lib from 'nestjs-cached';
import type { CacheManager } from 'nestjs-cached';
const { Controller, Delete, Get, Inject, Injectable, Module, Param, Post, UseInterceptors } = nest;
const { CacheKeyGenerator, CacheModule, Cached, CacheConfig, CacheEvict, CachePut, InjectCache } = lib;
const { cacheOptionsFromEnv, cacheOptionsFromFile, cacheOptionsPreset } = lib;
declare const cache: CacheManager;
`;

/** Files that examples import and that the reader has to imagine. */
const IMAGINED: Readonly<Record<string, string>> = {
  'settings.ts': `export class Settings { readonly appName: string = 'shop'; }`,
  'my.backend.ts': `export { MapBackend as MyBackend } from 'nestjs-cached/testing';`,
};

/** What the tested examples of a page import and the page does not show. */
function filesBeside(page: string): Record<string, string> {
  const folder = join(ROOT, 'test/docs', basename(page, '.md'));
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /(?<!\.test)\.ts$/.test(name)) : [];
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

const places = new Map<string, Block>();
const files = new Map<string, string>();
for (const page of PAGES) {
  // A folder for each page, so that its titled blocks can import one another.
  const folder = join(ROOT, 'test/docs/.compiled', page);
  for (const block of blocksOf(page)) {
    const file = join(folder, block.title ?? `line-${block.line}.ts`);
    places.set(file, block);
    // On the first line, so that line numbers stay what they are.
    files.set(file, /^import /m.test(block.code) ? block.code : PRELUDE.replaceAll('\n', ' ') + block.code);
  }
  for (const [name, code] of Object.entries({ ...filesBeside(page), ...IMAGINED })) {
    if (!files.has(join(folder, name))) files.set(join(folder, name), code);
  }
}

function compile(): Map<string, string[]> {
  const config = ts.getParsedCommandLineOfConfigFile(join(ROOT, 'tsconfig.json'), undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: () => {},
  })!;
  const options: ts.CompilerOptions = {
    ...config.options,
    // Vitest's functions have Jest's types, as far as examples go.
    paths: { ...config.options.paths, vitest: ['./node_modules/@jest/globals/build/index.d.ts'] },
  };
  const folders = new Set([...files.keys()].map(dirname));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, directoryExists } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.directoryExists = (path) => folders.has(path) || directoryExists!(path);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (path, languageVersion, ...rest) => {
    const code = files.get(path);
    return code === undefined
      ? getSourceFile(path, languageVersion, ...rest)
      : ts.createSourceFile(path, code, languageVersion, true);
  };
  const program = ts.createProgram([...places.keys()], options, host);
  const faults = new Map<string, string[]>();
  for (const [path, block] of places) {
    const source = program.getSourceFile(path)!;
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    const texts = found.map((fault) => {
      const at = block.line + source.getLineAndCharacterOfPosition(fault.start ?? 0).line;
      return `${block.page}:${at} ${ts.flattenDiagnosticMessageText(fault.messageText, '\n')}`;
    });
    faults.set(block.page, [...(faults.get(block.page) ?? []), ...texts]);
  }
  return faults;
}

describe('TypeScript in the documentation compiles against the library', () => {
  let faults: Map<string, string[]> | undefined;

  it.each([...new Set([...places.values()].map(({ page }) => page))])(
    '%s',
    (page) => {
      faults ??= compile();
      expect(faults.get(page)).toEqual([]);
    },
    60_000,
  );
});
