import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killRound } from './round.ts';

/** `bin/bun test/kill/run-store.ts [times]`: kills a writing Trestle so many times (1,000) and counts what was lost. */
const times = Number(process.argv[2] ?? 1_000);
/** A fresh directory now and then, so that looking through what is there does not take over. */
const roundsPerDirectory = 50;
let home = '';
let acknowledged = 0;
let failed = 0;
for (let round = 0; round < times; round += 1) {
  if (round % roundsPerDirectory === 0) home = fresh(home);
  const afterMs = Math.round(Math.random() * 400);
  const outcome = await killRound(home, round, afterMs);
  acknowledged += outcome.acknowledged;
  if (outcome.problems.length > 0) failed += 1;
  for (const problem of outcome.problems) console.error(`round ${round}, killed after ${afterMs} ms: ${problem}`);
}
rmSync(home, { recursive: true, force: true });
console.log(`${times} kills, ${acknowledged} writes acknowledged, ${failed} kills with something wrong`);
process.exit(failed === 0 ? 0 : 1);

function fresh(old: string): string {
  if (old !== '') rmSync(old, { recursive: true, force: true });
  return mkdtempSync(join(tmpdir(), 'trestle-kill-'));
}
