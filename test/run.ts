import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { root } from './architecture/checks.ts';

/**
 * `npm test`: every suite of the project, then one line that says how many tests passed and failed. Says first what it
 * cannot run on this machine, and why.
 */
const recordings = Bun.env['TRESTLE_RECORDINGS'] ?? resolve(root, '../shared/recordings');
if (!existsSync(recordings)) {
  console.log(
    'Recorded provider traffic is not on this machine (TRESTLE_RECORDINGS); the hand-made cases carry the laws.',
  );
}

const folder = mkdtempSync(join(tmpdir(), 'trestle-tests-'));
const report = join(folder, 'report.xml');
const child = Bun.spawn(
  [
    process.execPath,
    'test',
    '--timeout',
    '60000',
    '--only-failures',
    '--reporter=junit',
    `--reporter-outfile=${report}`,
    ...Bun.argv.slice(2),
  ],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
);
const code = await child.exited;
const totals = /<testsuites[^>]*>/.exec(await Bun.file(report).text())?.[0] ?? '';
rmSync(folder, { recursive: true });
const tests = count('tests');
const failed = count('failures') + count('errors');
const skipped = count('skipped');
console.log(`${tests - failed - skipped} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`);
process.exit(code === 0 && tests > 0 ? 0 : 1);

function count(attribute: string): number {
  return Number(new RegExp(` ${attribute}="(\\d+)"`).exec(totals)?.[1] ?? 0);
}
