/** The benchmark. See README.md beside this file. Exit 0: measured and all answers right; 1: wrong answers; 2: could not run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { launchBare } from './bare-target.ts';
import { describeOthers, openBook } from './book.ts';
import { checkLedger } from './ledger.ts';
import { describeLoad, describeMachine, stepAside } from './machine.ts';
import { measureLoads, measureMemory, measureStarts, warmUp } from './measure.ts';
import { compileNative, demandTools, Lacking } from './native.ts';
import { launchNginx } from './nginx.ts';
import { type Options, readOptions } from './options.ts';
import { endAll } from './process.ts';
import { stepsOf } from './scenarios.ts';
import { newFolder, type Session } from './session.ts';
import { writeJson, writeTable } from './table.ts';
import { type Launch, plainTarget, type Target, type TargetName } from './target.ts';
import { launchTrestle, trestleIsThere } from './trestle.ts';
import { startUpstream } from './upstream.ts';
import { crossCheck } from './wrk.ts';

const launches: Readonly<Record<TargetName, Launch>> = {
  direct: async ({ upstreamPort }) => plainTarget('direct', upstreamPort),
  nginx: launchNginx,
  bare: launchBare,
  trestle: launchTrestle,
};

let leaving: Promise<never> | undefined;
const folder = mkdtempSync(`${tmpdir()}/trestle-bench-`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => leave(130));
}
try {
  await leave(await bench(readOptions(process.argv.slice(2))));
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  await leave(2);
}

async function bench(options: Options): Promise<number> {
  demandTools({ cc: 'gcc', ...(options.targets.includes('nginx') ? { nginx: 'nginx-light' } : {}) });
  if (options.targets.includes('trestle') && !trestleIsThere()) throw new Lacking('there is no src/main.ts to start');
  stepAside();
  const loadBefore = describeLoad();
  const native = compileNative();
  const session: Session = {
    native,
    upstream: await startUpstream(native.upstream, options.size.pace),
    size: options.size,
    book: openBook(),
    sent: new Map(),
    folder,
    launches: new Map(options.targets.map((name) => [name, launches[name]])),
    progress: (text) => console.error(`  ${text}`),
  };
  await measure(session, options);
  const foot = [
    describeMachine(),
    `medians of ${options.size.rounds} rounds`,
    `${loadBefore} before, ${describeLoad()} after`,
    describeOthers(session.book),
  ];
  if (options.output === 'json')
    console.log(JSON.stringify({ foot, ...writeJson(session.book, options.targets) }, null, 2));
  else console.log(`${writeTable(session.book, options.targets)}\n${foot.join('; ')}.`);
  for (const fault of session.book.faults) console.error(`WRONG: ${fault}`);
  return session.book.faults.length === 0 ? 0 : 1;
}

async function measure(session: Session, options: Options): Promise<void> {
  if (options.only.includes('start')) await measureStarts(session);
  if (options.only.includes('memory')) await measureMemory(session);
  const steps = options.only.flatMap((name) => stepsOf(name, session.size));
  if (steps.length === 0) return;
  const targets: Target[] = [];
  for (const [name, launch] of session.launches) {
    targets.push(await launch({ folder: newFolder(session, name), upstreamPort: session.upstream.port }));
  }
  const warm = steps.filter((step) => step.row.endsWith('.64'));
  await warmUp(session, targets, warm);
  await measureLoads(session, targets, steps);
  for (const target of targets) await checkLedger(session, target);
  if (options.only.includes('whole')) await crossCheck(session, targets);
}

/** Ends what was started and goes; the first reason wins, as what it ends may complain. */
async function leave(code: number): Promise<never> {
  leaving ??= endAll().then(() => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(code);
  });
  return leaving;
}
