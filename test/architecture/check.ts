import { checkMachine, checkRooms, checkStyle, checkTypes, type Verdict } from './checks.ts';
import { plantedViolations } from './planted.ts';

/** `npm run check`: types, lint, format, who may import whom, who may touch the machine; and that each of these can fail. */
const steps: readonly (readonly [title: string, run: () => Promise<Verdict>])[] = [
  ['types', checkTypes],
  ['lint, format, sizes', checkStyle],
  ['rooms: who may import whom', checkRooms],
  ['machine: clock, dice, network, environment', checkMachine],
  ['planted violations are caught', plantedViolations],
];

let failed = 0;
for (const [title, run] of steps) {
  const began = performance.now();
  const { problems, seen } = await run();
  const took = `${((performance.now() - began) / 1000).toFixed(1)} s`;
  console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${title} (${seen}, ${took})`);
  for (const problem of problems) console.log(`     ${problem}`);
  if (problems.length > 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
