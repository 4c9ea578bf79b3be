import { describe, expect, it } from '@jest/globals';
import { CacheDependencyError } from '../../../lib/support/errors.js';
import { importPackage, requirePackage } from '../../../lib/support/lazy-package.js';

const failing = (code: string, message: string) => async (): Promise<never> => {
  throw Object.assign(new Error(message), { code });
};

describe('requirePackage', () => {
  it('gives an installed package', () => {
    expect(requirePackage('yaml', 'YAML')).toHaveProperty('parse');
  });

  it('says what to install when it is missing', () => {
    const run = (): unknown => requirePackage('no-such-package-of-ours', 'A configuration file');
    expect(run).toThrow(CacheDependencyError);
    expect(run).toThrow(
      'A configuration file needs the package no-such-package-of-ours, which is not installed. Run: npm install no-such-package-of-ours',
    );
  });
});

describe('importPackage', () => {
  it('gives what the loader gives', async () => {
    expect(await importPackage('x', async () => 5, 'X')).toBe(5);
  });

  it.each([
    ['ERR_MODULE_NOT_FOUND', "Cannot find package 'redlib' imported from /app/a.js"],
    ['MODULE_NOT_FOUND', "Cannot find module 'redlib'\nRequire stack:\n- /app/a.js"],
  ])('turns %s of that package into an error that says what to do', async (code, message) => {
    const error = await importPackage('redlib', failing(code, message), "backend 'redis'").catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(CacheDependencyError);
    expect(error).toMatchObject({
      message: "backend 'redis' needs the package redlib, which is not installed. Run: npm install redlib",
      cause: { code },
    });
  });

  it.each([
    ['ERR_MODULE_NOT_FOUND', "Cannot find package 'other' imported from /app/node_modules/redlib/index.js"],
    ['MODULE_NOT_FOUND', "Cannot find module 'other'\nRequire stack:\n- 'redlib'"],
    ['ERR_DLOPEN_FAILED', "cannot open 'redlib'"],
  ])('passes every other error: %s %s', async (code, message) => {
    await expect(importPackage('redlib', failing(code, message), 'X')).rejects.toMatchObject({ code, message });
  });

  it('passes what is no error at all', async () => {
    // A package may throw anything.
    const odd = { reason: 5 };
    await expect(importPackage('redlib', () => Promise.reject(odd as unknown as Error), 'X')).rejects.toBe(odd);
  });
});
