/** @type {import('jest').Config} */
export default {
  rootDir: import.meta.dirname,
  roots: ['<rootDir>/test'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  moduleNameMapper: {
    '^nestjs-cached$': '<rootDir>/lib/index.ts',
    '^nestjs-cached/ai$': '<rootDir>/lib/nest-ai/index.ts',
    '^nestjs-cached/(ai-sdk|anthropic|keyv|langchain|openai)$': '<rootDir>/lib/adapters/$1/index.ts',
    '^nestjs-cached/terminus$': '<rootDir>/lib/nest/health/index.ts',
    '^nestjs-cached/testing$': '<rootDir>/lib/testing/index.ts',
    // Sources name their compiled files (`./x.js`); a package's own .js file still comes first.
    '^(\\.{1,2}/.*)\\.js$': ['$1.js', '$1.ts'],
  },
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
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
      },
    ],
  },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  setupFilesAfterEnv: ['<rootDir>/test/support/real-time.ts'],
  // Also on two cores, where Jest by itself would run everything in one process: modules of the vm are never freed there.
  maxWorkers: 2,
  workerIdleMemoryLimit: '1GB',
  testTimeout: 15_000,
  coverageProvider: 'v8',
  collectCoverageFrom: ['lib/**/*.ts', '!lib/**/index.ts', '!lib/**/*.d.ts'],
  coverageDirectory: '<rootDir>/coverage',
  coverageReporters: ['text-summary', 'lcov'],
  coverageThreshold: { global: { lines: 90 } },
};
