import { expect, test } from 'bun:test';
import { killUnderLoad } from './server.ts';

test('20 kills of a server under load lose no acknowledged call and write none twice', async () => {
  const report = await killUnderLoad(20);
  console.log(`${report.kills} kills, ${report.acknowledged} acknowledged, ${report.records} records`);
  expect(report).toMatchObject({ missing: [], twice: [] });
  expect(report.acknowledged).toBeGreaterThan(100);
}, 120_000);
