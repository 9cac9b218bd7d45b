import { parseArgs } from 'node:util';
import { formatUsd } from '../../src/core/money.ts';
import { simulate } from './simulation.ts';

/**
 * `bin/bun test/money/simulate.ts [--seed N] [--calls M] [--per-seed K]`: simulates houses, seed after seed, until so many calls
 * (100,000) have been made, K (500) with each seed. A seed that fails prints itself; with `--seed` alone it is run by itself.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    calls: { type: 'string', default: '100000' },
    'per-seed': { type: 'string', default: '500' },
  },
});
const perSeed = Number(values['per-seed']);
const wanted = values.seed === undefined ? Number(values.calls) : perSeed;
const sum = { calls: 0, asked: 0, answered: 0, refusedForMoney: 0, crashes: 0, spent: 0n, overrun: 0n, failed: 0 };
const began = performance.now();
for (let seed = Number(values.seed ?? 1); sum.calls < wanted; seed += 1) {
  const one = await simulate(seed, perSeed);
  for (const name of ['calls', 'asked', 'answered', 'refusedForMoney', 'crashes'] as const) sum[name] += one[name];
  sum.spent += one.spent;
  sum.overrun += one.overrun;
  if (one.problems.length > 0) {
    sum.failed += 1;
    console.error(`seed ${seed} fails; again: bin/bun test/money/simulate.ts --seed ${seed} --per-seed ${perSeed}`);
    for (const problem of one.problems) console.error(`  ${problem}`);
    if (sum.failed >= 5) break;
  }
  if (seed % 50 === 0) console.log(told());
}
console.log(told());
process.exit(sum.failed === 0 ? 0 : 1);

function told(): string {
  const { calls, asked, answered, refusedForMoney, crashes, spent, overrun, failed } = sum;
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  return `${calls} calls (${asked} asked of vendors, ${answered} answered whole, ${refusedForMoney} refused for money), ${crashes} crashes, \
$${formatUsd(spent)} spent, $${formatUsd(overrun)} beyond what was allowed, ${failed} seeds failed, ${seconds} s`;
}
