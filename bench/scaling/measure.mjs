// A fresh process: `measure.mjs <family> <size>`. Prints the cost of each operation at that size, as JSON.
const [, , name = '', size = ''] = process.argv;
const { family } = await import(`./families/${name}.mjs`);
console.log(JSON.stringify(await family.measure(Number(size))));
process.exit();
