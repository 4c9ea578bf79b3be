// What an operation is made of, stage by stage. node bench/floors/run.mjs [miss|redis|get-many]
import { machine } from '../kit/machine.mjs';
import { median } from '../kit/stats.mjs';
import { grid } from '../kit/table.mjs';

const CALLERS = { miss: 1, redis: 64, 'get-many': 1 };
const ROUNDS = 15;
const BATCH_MS = 150;

/** No two operations are about one key, unless there are no more. */
let counter = 0;

const chosen = process.argv[2] === undefined ? Object.keys(CALLERS) : [process.argv[2]];
for (const name of chosen) {
  const { stages, close } = await (await import(`./${name}.mjs`)).stages();
  const callers = /** @type {Record<string, number>} */ (CALLERS)[name] ?? 1;
  /** @type {{ wall: number[], cpu: number[] }[]} */
  const found = stages.map(() => ({ wall: [], cpu: [] }));
  for (let round = -2; round < ROUNDS; round++) {
    for (const [nth, stage] of stages.entries()) {
      const { wall, cpu } = await batch(stage.run, callers);
      if (round < 0) continue;
      found[nth]?.wall.push(wall);
      found[nth]?.cpu.push(cpu);
    }
  }
  await close();
  const ratio = (/** @type {'wall' | 'cpu'} */ kind, /** @type {number} */ nth) =>
    median((found[nth]?.[kind] ?? []).map((own, round) => (found[0]?.[kind][round] ?? 0) / own));
  const rows = stages.map((stage, nth) => [
    stage.name,
    `${median(found[nth]?.wall ?? []).toFixed(2)} us`,
    ratio('wall', nth).toFixed(2),
    `${median(found[nth]?.cpu ?? []).toFixed(2)} us`,
    ratio('cpu', nth).toFixed(2),
  ]);
  console.log(`## ${name}, ${callers} ${callers === 1 ? 'caller' : 'callers'}\n`);
  console.log(grid([['stage', 'time', 'ratio', 'processor time', 'ratio'], ...rows]));
}
console.log(`\`\`\`json\n${JSON.stringify(machine(), undefined, 2)}\n\`\`\``);
process.exit();

/** Microseconds an operation, as they pass, and as the processor spends them, the collector's threads included. */
async function batch(run, callers) {
  const spent = process.cpuUsage();
  const begun = performance.now();
  const end = begun + BATCH_MS;
  let done = 0;
  const call = async () => {
    while (performance.now() < end) {
      for (let nth = 0; nth < 8; nth++) await run(counter++);
      done += 8;
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  const { user, system } = process.cpuUsage(spent);
  return { wall: ((performance.now() - begun) * 1_000) / done, cpu: (user + system) / done };
}
