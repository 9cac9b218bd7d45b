import { killUnderLoad } from './server.ts';

/** `bin/bun test/kill/run-server.ts [times]`: kills a whole Trestle under load so many times (1,000) and compares clients with books. */
const times = Number(process.argv[2] ?? 1_000);
/** A fresh data directory now and then, so that reading the books at the end of each does not take over. */
const killsPerDirectory = 100;
let acknowledged = 0;
let orphans = 0;
let wrong = 0;
for (let done = 0; done < times; ) {
  const kills = Math.min(killsPerDirectory, times - done);
  const report = await killUnderLoad(kills);
  done += kills;
  acknowledged += report.acknowledged;
  orphans += report.orphans;
  wrong += report.missing.length + report.twice.length + report.wrong.length;
  for (const problem of report.wrong) console.error(problem);
  console.log(
    `${done} of ${times} kills, ${acknowledged} calls acknowledged, ${orphans} under way, ${wrong} missing, written twice or wrong in the books`,
  );
}
process.exit(wrong === 0 ? 0 : 1);
