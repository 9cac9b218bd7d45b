import type { LoadReport } from './load.ts';
import { memoryOf } from './process.ts';
import { pacedStep, type Step } from './scenarios.ts';
import { newFolder, runStep, type Session } from './session.ts';
import type { Kind, Target, TargetName } from './target.ts';

/** Runs each step on all targets in turn, round after round, starting with another target each time. */
export async function measureLoads(
  session: Session,
  targets: readonly Target[],
  steps: readonly Step[],
): Promise<void> {
  for (const step of steps) {
    for (let round = 0; round < session.size.rounds; round++) {
      for (let turn = 0; turn < targets.length; turn++) {
        const target = targets[(round + turn) % targets.length];
        if (target === undefined) continue;
        session.progress(`${step.row}, round ${round + 1} of ${session.size.rounds}, ${target.name}`);
        const report = await runStep(session, target, step);
        count(session, target, { step, report });
        enter(session, target.name, { step, report });
      }
    }
  }
}

/** Lets compilers and pools settle before anything counts. */
export async function warmUp(session: Session, targets: readonly Target[], steps: readonly Step[]): Promise<void> {
  for (const target of targets) {
    if (target.running === undefined) continue;
    for (const step of steps) {
      session.progress(`warming up ${target.name}, ${step.row}`);
      const share = step.load.frames === undefined ? 1 : 50;
      const calls = Math.max(
        step.load.connections,
        Math.round(session.size.warmCalls / (step.kind === 'big' ? 50 : share)),
      );
      const warm = { ...step, row: `${step.row} (warm-up)`, load: { ...step.load, calls } };
      count(session, target, { step, report: await runStep(session, target, warm) });
    }
  }
}

/** Starts each gateway some times on an empty folder and again on the one it left. */
export async function measureStarts(session: Session): Promise<void> {
  for (let turn = 0; turn < session.size.starts; turn++) {
    for (const [name, launch] of session.launches) {
      if (name === 'direct') continue;
      session.progress(`start ${turn + 1} of ${session.size.starts}, ${name}`);
      const folder = newFolder(session, name);
      for (const row of ['start.first', 'start.again']) {
        const target = await launch({ folder, upstreamPort: session.upstream.port });
        if (target.running !== undefined) session.book.put(row, name, target.running.startMs);
        await target.running?.stop();
      }
    }
  }
}

/** A fresh gateway: at rest, with a thousand streams, and some time after them. */
export async function measureMemory(session: Session): Promise<void> {
  for (const [name, launch] of session.launches) {
    if (name === 'direct') continue;
    session.progress(`memory of ${name}`);
    const target = await launch({ folder: newFolder(session, name), upstreamPort: session.upstream.port });
    const { running } = target;
    if (running === undefined) continue;
    await Bun.sleep(session.size.idleMs);
    const idle = memoryOf(running);
    session.book.put('memory.idle', name, idle.resident);
    session.book.put('memory.idlePss', name, idle.proportional);
    await runStep(session, target, { ...pacedStep(session.size), row: 'memory' });
    session.book.put('memory.peak', name, memoryOf(running).peak);
    await Bun.sleep(session.size.afterMs);
    session.book.put('memory.after', name, memoryOf(running).resident);
    await running.stop();
  }
}

interface Taken {
  readonly step: Step;
  readonly report: LoadReport;
}

/** Remembers how many calls its ledger should have. */
function count(session: Session, target: Target, { step, report }: Taken): void {
  const sent = session.sent.get(target.name) ?? new Map<Kind, number>();
  session.sent.set(target.name, sent);
  sent.set(step.kind, (sent.get(step.kind) ?? 0) + report.sent);
}

/** Every figure that the report yields; those that the table has no row for are left behind. */
function enter(session: Session, name: TargetName, taken: Taken): void {
  const { step, report } = taken;
  const put = (figure: string, value: number | undefined): void => {
    if (value !== undefined) session.book.put(`${step.row}.${figure}`, name, value);
  };
  const pieces = report.calls * (step.load.frames ?? 1);
  put('pace', pieces / report.seconds);
  put('lump', report.frames / report.reads);
  put('p50', report.latencyUs?.p50);
  put('p90', report.latencyUs?.p90);
  put('first50', report.firstFrameUs?.p50);
  put('first90', report.firstFrameUs?.p90);
  put('delay50', report.frameDelayUs?.p50);
  put('delay90', report.frameDelayUs?.p90);
  if (report.processorNs === null) return;
  put('cpu', report.processorNs / pieces / 1000);
  put('busy', report.processorNs / report.seconds / 1e7);
  if (report.othersPercent !== null) session.book.others.push(report.othersPercent);
}
