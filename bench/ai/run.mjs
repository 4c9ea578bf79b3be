// What caching costs calls of models and their streams: node bench/ai/run.mjs
import { machine } from '../kit/machine.mjs';
import { grid } from '../kit/table.mjs';
import { answers } from './answers.mjs';
import { streams } from './streams.mjs';

console.log(grid([['what', 'time', 'ratio (min..max)', 'asked'], ...(await answers()), ...(await streams())]));
console.log(`\`\`\`json\n${JSON.stringify(machine(), undefined, 2)}\n\`\`\``);
process.exit();
