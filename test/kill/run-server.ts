import { killUnderLoad } from './server.ts';

/** `bin/bun test/kill/run-server.ts [times]`: kills a whole Trestle under load so many times (1,000) and compares clients with books. */
const times = Number(process.argv[2] ?? 1_000);
/** A fresh data directory now and then, so that reading the books at the end of each does not take over. */
const killsPerDirectory = 100;
let acknowledged = 0;
let wrong = 0;
for (let done = 0; done < times; ) {
  const kills = Math.min(killsPerDirectory, times - done);
  const report = await killUnderLoad(kills);
  done += kills;
  acknowledged += report.acknowledged;
  wrong += report.missing.length + report.twice.length;
  console.log(`${done} of ${times} kills, ${acknowledged} calls acknowledged, ${wrong} missing or written twice`);
}
process.exit(wrong === 0 ? 0 : 1);
