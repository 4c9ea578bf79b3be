// A fresh process: `start.mjs <module> <JSON of params> <packages loaded before>`. Prints the milliseconds to import the
// module and create its cache. What only the benchmark needs is loaded before.
const [, , module = '', params = '{}', loaded = ''] = process.argv;
for (const name of ['./memory-room.mjs', ...loaded.split(',').filter(Boolean)]) await import(name);

const begun = performance.now();
const { create } = await import(new URL(module, new URL('../', import.meta.url)).href);
await create({ max: 10_000, ...JSON.parse(params) });
console.log(performance.now() - begun);
process.exit();
