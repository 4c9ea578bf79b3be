// A store on disk beside lmdb itself, how soon it opens, and how large it grows: node bench/disk/run.mjs
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machine } from '../kit/machine.mjs';
import { grid } from '../kit/table.mjs';
import { opening } from './opening.mjs';
import { size } from './size.mjs';
import { speed } from './speed.mjs';

const folder = mkdtempSync(join(tmpdir(), 'nestjs-cached-bench-'));
try {
  const lines = [];
  for (const row of [speed, size, opening]) lines.push(...(await row(folder)));
  console.log(grid([['what', 'figure', 'ratio (min..max)', 'asked'], ...lines]));
  console.log(`\`\`\`json\n${JSON.stringify(machine(), undefined, 2)}\n\`\`\``);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
