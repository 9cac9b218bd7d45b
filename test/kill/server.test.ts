import { expect, test } from 'bun:test';
import { killUnderLoad } from './server.ts';

test('20 kills of a server under load lose no acknowledged call, charge none twice and leave no money held', async () => {
  const report = await killUnderLoad(20);
  const { kills, acknowledged, records, orphans } = report;
  console.log(`${kills} kills, ${acknowledged} acknowledged, ${records} records, ${orphans} under way`);
  expect(report).toMatchObject({ missing: [], twice: [], wrong: [] });
  expect(report.acknowledged).toBeGreaterThan(100);
  expect(report.orphans).toBeGreaterThan(20);
}, 120_000);
