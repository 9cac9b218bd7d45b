/**
 * How long reports take over a full ledger, and what they cost the calls that go through meanwhile. See README.md beside this
 * file. Exit 0: measured and all answers right; 1: wrong answers; 2: could not run.
 */
import { Database } from 'bun:sqlite';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { openStore } from '../src/store/open.ts';
import { usualBlockSize } from '../src/store/sql/reports/follower.ts';
import { isOfNow, readMark } from '../src/store/sql/reports/shelf.ts';
import { median } from './book.ts';
import { type LoadReport, runLoad } from './load.ts';
import { describeLoad, describeMachine, stepAside } from './machine.ts';
import { compileNative, demandTools, Lacking, type Native } from './native.ts';
import { endAll, memoryOf } from './process.ts';
import { faultsOf } from './reports-check.ts';
import { fillLedger } from './reports-fill.ts';
import { askOn, type Question, questionsOf } from './reports-questions.ts';
import { writeRequest } from './request.ts';
import { fullSize } from './scenarios.ts';
import type { Target } from './target.ts';
import { launchTrestle } from './trestle.ts';
import { startUpstream } from './upstream.ts';

interface Plan {
  readonly rows: number;
  readonly seconds: number;
  readonly rounds: number;
  /** Milliseconds between an answer and the next question. */
  readonly pauseMs: number;
  /** A full data directory of an earlier run, or where to leave one. */
  readonly data: string | undefined;
}

const bytesPerRow = 400;
const rate = 500;
const folder = mkdtempSync(`${tmpdir()}/trestle-reports-`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void leave(130));
try {
  await leave(await bench(readPlan()));
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  await leave(2);
}

function readPlan(): Plan {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '10000000' },
      seconds: { type: 'string', default: '20' },
      rounds: { type: 'string', default: '3' },
      pause: { type: 'string', default: '0' },
      data: { type: 'string' },
    },
  });
  const [rows, seconds, rounds, pauseMs] = [values.rows, values.seconds, values.rounds, values.pause].map(Number);
  for (const number of [rows, seconds, rounds, pauseMs])
    if (number === undefined || !Number.isInteger(number) || number < 0)
      throw new Lacking('--rows, --seconds, --rounds and --pause (milliseconds) take whole numbers');
  return { rows: rows ?? 0, seconds: seconds ?? 0, rounds: rounds ?? 0, pauseMs: pauseMs ?? 0, data: values.data };
}

async function bench(plan: Plan): Promise<number> {
  demandTools({ cc: 'gcc' });
  stepAside();
  const before = describeLoad();
  const until = await provideLedger(plan);
  const native = compileNative();
  const upstream = await startUpstream(native.upstream, fullSize.pace);
  const target = await launchTrestle({ folder, upstreamPort: upstream.port });
  const idle = memoryOf(target.running ?? fail('no process')).proportional;
  const took = await takenUp();
  console.error(`  taken up for reports in ${(took / 1000).toFixed(0)} s`);
  const questions = questionsOf(until);
  const times = new Map(questions.map(({ name }) => [name, [] as number[]]));
  const runs = await measure({ plan, native, target, questions, times });
  const memory = memoryOf(target.running ?? fail('no process'));
  const faults = await faultsOf({ ledger: `${folder}/data/trestle.db`, until, ask: askOf(target) });
  // The thread that answers ends half a minute after its last question.
  await Bun.sleep(plan.rows < 1_000_000 ? 0 : 40_000);
  const later = memoryOf(target.running ?? fail('no process')).proportional;
  console.log(writeTimes(times));
  console.log(writeRuns(runs));
  console.log(
    `${plan.rows} rows; memory ${idle.toFixed(0)} MB before the first report, ${memory.proportional.toFixed(0)} MB just after the last, ` +
      `${memory.peak.toFixed(0)} MB at most, ${later.toFixed(0)} MB at rest again; taken up in ${(took / 1000).toFixed(0)} s; ${describeMachine()}; ${before} before, ${describeLoad()} after.`,
  );
  for (const fault of faults) console.error(`WRONG: ${fault}`);
  return faults.length === 0 ? 0 : 1;
}

/** Sees to it that the data directory of the Trestle to come has the rows; answers with the end of their month. */
async function provideLedger({ rows, data }: Plan): Promise<number> {
  const place = data ?? `${folder}/own`;
  mkdirSync(place, { recursive: true });
  symlinkSync(place, `${folder}/data`);
  const path = `${place}/trestle.db`;
  if (!existsSync(path)) {
    const { bavail, bsize } = statfsSync(place);
    if (bavail * bsize < rows * bytesPerRow)
      throw new Lacking(`${place} needs ${Math.ceil((rows * bytesPerRow) / 1e9)} GB; give another place with --data`);
    const clock = { now: () => Date.now(), monotonic: () => performance.now(), after: () => () => undefined };
    await (await openStore({ directory: place, clock })).close();
    const progress = (done: number): void => {
      if (done % 1_000_000 === 0) console.error(`  ${done} of ${rows} rows written`);
    };
    fillLedger({ path, rows, until: Date.now(), days: 30, progress });
  }
  const database = new Database(path, { readonly: true });
  const newest = database
    .query<{ at: number }, []>('select started_at as at from entries order by sequence desc')
    .get();
  database.close();
  return (newest?.at ?? 0) + 1;
}

/** Waits until all but the newest entries are taken up for reports; answers with how long that was, milliseconds. */
async function takenUp(): Promise<number> {
  const began = performance.now();
  const ledger = new Database(`${folder}/data/trestle.db`, { readonly: true });
  const newest = ledger.query<{ last: number }, []>('select max(sequence) as last from entries').get()?.last ?? 0;
  ledger.close();
  if (newest < usualBlockSize) return 0;
  for (;;) {
    await Bun.sleep(250);
    try {
      const shelf = new Database(`${folder}/data/reports.db`, { readonly: true });
      const mark = isOfNow(shelf) ? readMark(shelf, 'entries').sequence : 0;
      shelf.close();
      if (newest - mark < usualBlockSize) return performance.now() - began;
    } catch {
      // It is made when the server has been up for a moment.
    }
    if (performance.now() - began > 900_000) throw new Error('the ledger was not taken up for reports in 15 minutes');
  }
}

interface Work {
  readonly plan: Plan;
  readonly native: Native;
  readonly target: Target;
  readonly questions: readonly Question[];
  readonly times: Map<string, number[]>;
}

interface Run {
  readonly alone: LoadReport;
  readonly beside: LoadReport;
  readonly asked: number;
}

/** Calls alone and calls beside questions, in turn. */
async function measure({ plan, native, target, questions, times }: Work): Promise<readonly Run[]> {
  const file = writeRequest(folder, target, 'whole');
  const load = {
    ...{ connections: 64, calls: rate * plan.seconds, warmup: 1_000, rate, arrivals: 'poisson' as const },
    ...{ settleMs: 200, limitSeconds: plan.seconds + 60 },
  };
  const ask = askOf(target);
  await runLoad(native.load, target, { file, load: { ...load, calls: Math.min(10_000, load.calls * 4), rate: 2_000 } });
  await askOn({ questions, times: new Map(), pauseMs: 0, ask, over: rounds(questions.length) });
  const runs: Run[] = [];
  for (let round = 0; round < plan.rounds; round += 1) {
    console.error(`  round ${round + 1} of ${plan.rounds}`);
    const alone = await runLoad(native.load, target, { file, load });
    let isOver = false;
    const asking = askOn({ questions, times, ask, pauseMs: plan.pauseMs, over: () => isOver });
    const beside = await runLoad(native.load, target, { file, load }).finally(() => {
      isOver = true;
    });
    await asking;
    const asked = [...times.values()].reduce((sum, { length }) => sum + length, 0);
    runs.push({ alone, beside, asked: asked - runs.reduce((sum, run) => sum + run.asked, 0) });
  }
  return runs;
}

/** Over once it was asked so often. */
function rounds(count: number): () => boolean {
  let left = count;
  return () => left-- <= 0;
}

function askOf({ ask }: Target): NonNullable<Target['ask']> {
  return ask ?? fail('the target has no management');
}

function fail(what: string): never {
  throw new Error(what);
}

function writeTimes(times: ReadonlyMap<string, readonly number[]>): string {
  const at = (sorted: readonly number[], part: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN).toFixed(0);
  const line = (name: string, all: readonly number[]): string => {
    const sorted = all.toSorted((a, b) => a - b);
    return `| ${name} | ${sorted.length} | ${at(sorted, 0.5)} | ${at(sorted, 0.95)} | ${at(sorted, 1)} |`;
  };
  const head = [
    '| Question, beside 500 calls a second | asked | p50 ms | p95 ms | most ms |',
    '| --- | --: | --: | --: | --: |',
  ];
  const each = [...times].map(([name, all]) => line(name, all));
  return [...head, ...each, line('all questions', [...times.values()].flat())].join('\n');
}

function writeRuns(runs: readonly Run[]): string {
  const row = (name: 'p50' | 'p90' | 'p99'): string => {
    const alone = median(runs.map((run) => run.alone.latencyUs?.[name] ?? Number.NaN)) ?? Number.NaN;
    const beside = median(runs.map((run) => run.beside.latencyUs?.[name] ?? Number.NaN)) ?? Number.NaN;
    const each = runs.map((run) =>
      ((run.beside.latencyUs?.[name] ?? 0) / (run.alone.latencyUs?.[name] ?? 1)).toFixed(2),
    );
    return `| ${name} | ${alone.toFixed(0)} | ${beside.toFixed(0)} | ${(beside / alone).toFixed(2)} | ${each.join(', ')} |`;
  };
  const wrong = runs.reduce((sum, { alone, beside }) => sum + alone.wrong + beside.wrong, 0);
  return [
    '',
    '| Calls, 500 a second | alone µs | beside questions µs | ratio | each round |',
    '| --- | --: | --: | --: | --- |',
    ...(['p50', 'p90', 'p99'] as const).map(row),
    '',
    `${wrong} wrong answers to calls; questions asked a round: ${runs.map(({ asked }) => asked).join(', ')}.`,
  ].join('\n');
}

async function leave(code: number): Promise<never> {
  await endAll();
  rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}
