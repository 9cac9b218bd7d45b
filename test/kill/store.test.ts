import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killRound } from './round.ts';

const home = mkdtempSync(join(tmpdir(), 'trestle-kill-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('nothing that was acknowledged is lost or doubled by twenty kills', async () => {
  let acknowledged = 0;
  for (let round = 0; round < 20; round += 1) {
    const afterMs = Math.round(Math.random() * 400);
    const outcome = await killRound(home, round, afterMs);
    expect({ round, afterMs, problems: outcome.problems }).toEqual({ round, afterMs, problems: [] });
    acknowledged += outcome.acknowledged;
  }
  expect(acknowledged).toBeGreaterThan(300);
}, 60_000);
