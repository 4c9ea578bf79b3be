// Cached vectors out of Redis, and the search for similar ones, beside what one would write by hand: npm run bench:embeddings
import { machine } from '../kit/machine.mjs';
import { grid } from '../kit/table.mjs';
import { reads } from './reads.mjs';
import { searches } from './searches.mjs';

const QUICK = process.argv.includes('--quick');

const lines = [...(await reads(QUICK ? 5 : 21)), ...(await searches(QUICK ? 5 : 21))];
console.log(grid([['what', 'time', 'ratio (min..max)', 'asked'], ...lines]));
console.log(`\`\`\`json\n${JSON.stringify(machine(), undefined, 2)}\n\`\`\``);
process.exit();
