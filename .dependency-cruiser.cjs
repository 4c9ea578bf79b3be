// Who may import whom. A folder of lib/ is a layer; every arrow points down.

const lib = (...folders) => `^lib/(${folders.join('|')})/`;
/** A layer that may import itself and the named layers of lib/; packages are ruled by other entries. */
const only = (name, comment, layer, allowed) => ({
  name,
  comment,
  severity: 'error',
  from: { path: lib(layer) },
  to: { path: '^lib/', pathNot: [lib(layer, ...allowed)] },
});

/** An optional peer: whoever does not install it must still be able to load everything else. */
const optional = (packageName, home, comment) => ({
  name: `optional-${packageName.replace(/^@/, '').replaceAll('/', '-')}`,
  comment,
  severity: 'error',
  from: { path: '^lib/', pathNot: [home] },
  to: { path: `(^|/)node_modules/${packageName}(/|$)|^${packageName}(/|$)` },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Two files that need each other are one file, or hide a third; load order would decide what works.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere escapes every other rule.',
      severity: 'error',
      from: { path: '^(lib|sample-app|test)/' },
      to: { couldNotResolve: true, pathNot: '^nestjs-cached(/|$)' },
    },
    {
      name: 'contracts-import-nothing',
      comment: 'The contracts are the ground: whoever implements one must not inherit a package with it.',
      severity: 'error',
      from: { path: lib('contracts') },
      to: { pathNot: [lib('contracts')] },
    },
    only('support-on-contracts', 'Support serves every layer, so it may know none of them.', 'support', ['contracts']),
    only(
      'backends-are-leaves',
      'A backend knows the contract it fulfils, and no other backend, wrapper or codec.',
      'backends',
      ['contracts', 'support'],
    ),
    {
      name: 'backends-are-strangers',
      comment: 'Each backend is chosen and installed alone; one that needs another is a wrapper.',
      severity: 'error',
      from: { path: '^lib/backends/([^/.]+)' },
      to: { path: '^lib/backends/([^/]+\\.backend\\.ts$|[^/]+/)', pathNot: ['^lib/backends/$1'] },
    },
    only('codecs-are-leaves', 'Codecs are composed by assembly, so any of them fits round any other.', 'codecs', [
      'contracts',
      'support',
    ]),
    only('wrappers-know-contracts', 'A wrapper works round any backend; naming one would tie it down.', 'wrappers', [
      'contracts',
      'support',
    ]),
    only(
      'observability-listens',
      'Statistics, metrics and traces hear the event stream; they reach into nothing.',
      'observability',
      ['contracts', 'support'],
    ),
    only('core-knows-contracts', 'The engine runs on any store: it never learns which one.', 'core', [
      'contracts',
      'support',
    ]),
    only(
      'config-knows-contracts',
      'Options are checked before anything is built, so without what is built.',
      'config',
      ['contracts', 'support'],
    ),
    only('assembly-alone-assembles', 'The one room that knows all parts, and nothing of the framework.', 'assembly', [
      'backends',
      'wrappers',
      'codecs',
      'core',
      'config',
      'observability',
      'contracts',
      'support',
    ]),
    only(
      'nest-is-the-edge',
      "The framework's edge calls the engine; no decorator or interceptor knows a backend.",
      'nest',
      ['core', 'contracts', 'support'],
    ),
    only(
      'ai-is-a-caller',
      'AI caches are callers like any other; what they share with decorators lives in core. Their options are checked as those of the cache below are.',
      'ai',
      ['core', 'config', 'contracts', 'support'],
    ),
    only(
      'adapters-are-callers',
      'An adapter puts the cache behind the library of somebody else; the store of Keyv is a backend as well.',
      'adapters',
      ['ai', 'core', 'contracts', 'support', 'backends/keyv'],
    ),
    {
      name: 'adapters-are-strangers',
      comment: 'Who uses one SDK has no other; what two adapters share is in a room that belongs to none (http-call).',
      severity: 'error',
      from: { path: '^lib/adapters/([^/]+)/' },
      to: { path: '^lib/adapters/', pathNot: ['^lib/adapters/($1|http-call)/'] },
    },
    {
      name: 'nobody-needs-an-adapter',
      comment: 'Its SDK is installed by those who use it.',
      severity: 'error',
      from: { path: '^lib/', pathNot: [lib('adapters')] },
      to: { path: lib('adapters') },
    },
    {
      name: 'testing-on-top',
      comment: 'What users test with may build a module and backends, but must not become part of them.',
      severity: 'error',
      from: { path: lib('testing') },
      to: {
        path: '^lib/',
        pathNot: [lib('testing', 'contracts', 'support', 'core', 'backends'), '^lib/cache\\.module\\.ts$'],
      },
    },
    {
      name: 'cli-is-a-user',
      comment:
        'The command line measures what everybody uses, so by the public names. Beside them: how options are read, and a connection like those of the cache.',
      severity: 'error',
      from: { path: lib('cli') },
      to: {
        path: '^lib/',
        pathNot: [
          lib('cli', 'config', 'contracts', 'support'),
          '^lib/index\\.ts$',
          '^lib/backends/redis/(redis-client|last-trouble)\\.ts$',
        ],
      },
    },
    {
      name: 'nobody-needs-the-cli',
      comment: 'It is started by a person; an application that loads the library does not load it.',
      severity: 'error',
      from: { path: '^lib/', pathNot: [lib('cli')] },
      to: { path: lib('cli') },
    },
    {
      name: 'framework-free-below-nest',
      comment:
        'The engine and everything under it run without Nest; only its edge, the module and the test kit know it.',
      severity: 'error',
      from: {
        path: lib('support', 'core', 'backends', 'codecs', 'wrappers', 'observability', 'config', 'assembly', 'ai'),
      },
      to: { path: '(^|/)node_modules/@nestjs/' },
    },
    {
      name: 'index-is-for-users',
      comment: 'The list of public names imports everything: importing it from inside closes a circle.',
      severity: 'error',
      from: { path: '^lib/', pathNot: [lib('cli')] },
      to: { path: ['^lib/(index|nest-ai/index)\\.ts$', '^nestjs-cached(/|$)'] },
    },
    {
      name: 'module-stays-on-top',
      comment: 'The module assembles the library for Nest; only the public list and the test kit stand above it.',
      severity: 'error',
      from: { path: '^lib/', pathNot: ['^lib/index\\.ts$', lib('nest-ai', 'testing')] },
      to: { path: '^lib/cache\\.module\\.ts$' },
    },
    {
      name: 'ai-stands-apart',
      comment: 'Who does not cache answers of models does not load what does.',
      severity: 'error',
      from: { path: '^lib/', pathNot: [lib('ai', 'nest-ai', 'adapters')] },
      to: { path: [lib('ai', 'nest-ai')] },
    },
    {
      name: 'library-knows-no-user',
      comment: 'The library is built and published without its tests, its sample and its scripts.',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(test|sample-app|bench|scripts)/' },
    },
    {
      name: 'sample-app-is-a-user',
      comment: 'The sample shows what the public names can do; it may use no others.',
      severity: 'error',
      from: { path: '^sample-app/' },
      to: {
        path: '^lib/',
        pathNot: ['^lib/index\\.ts$', '^lib/(nest/health|nest-ai|testing|adapters/[^/]+)/index\\.ts$'],
      },
    },
    {
      name: 'declared-packages-only',
      comment: 'A development tool imported by lib/ is missing for whoever installs the package.',
      severity: 'error',
      from: { path: '^lib/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['npm', 'npm-peer', 'npm-optional', 'type-only'],
      },
    },
    optional('ioredis', '^lib/backends/redis/', 'Optional peer of the Redis backend.'),
    optional('@nestjs/terminus', '^lib/nest/health/', 'Optional peer of nestjs-cached/terminus.'),
    optional('yaml', '^lib/config/', 'Optional peer of configuration files in YAML.'),
    optional('msgpackr', '^lib/codecs/msgpack', 'Optional peer of the msgpack codec.'),
    optional('lmdb', '^lib/backends/disk', 'Optional peer of the disk backend.'),
    optional('ai', '^lib/adapters/ai-sdk/', 'Optional peer of nestjs-cached/ai-sdk.'),
    optional('@ai-sdk/provider', '^lib/adapters/ai-sdk/', 'Types of nestjs-cached/ai-sdk.'),
    optional('@anthropic-ai/sdk', '^lib/adapters/anthropic/', 'Optional peer of nestjs-cached/anthropic.'),
    optional('@langchain/core', '^lib/adapters/langchain/', 'Optional peer of nestjs-cached/langchain.'),
    optional('openai', '^lib/adapters/openai/', 'Optional peer of nestjs-cached/openai.'),
    optional('keyv', '^lib/(backends|adapters)/keyv/', 'Optional peer of nestjs-cached/keyv.'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(sample-app/)?dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Type-only imports are arrows too.
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'require', 'node', 'default'],
    },
  },
};
