import { expect, test } from 'bun:test';

const hasCompiler = Bun.which('cc') !== null;

test.skipIf(!hasCompiler)(
  'a hundred thousand rows are taken up, added up and searched as they stand in the ledger, while calls go through',
  async () => {
    const words = ['--rows', '100000', '--seconds', '1', '--rounds', '1'];
    const child = Bun.spawn([process.execPath, `${import.meta.dir}/reports.ts`, ...words], {
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    });
    const [told, complaints] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    expect({ exit: await child.exited, complaints: complaints.match(/WRONG.*/g), told }).toEqual({
      exit: 0,
      complaints: null,
      told: expect.stringContaining('0 wrong answers to calls'),
    });
  },
  60_000,
);
