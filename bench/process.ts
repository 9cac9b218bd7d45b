import { readdirSync, readFileSync } from 'node:fs';
import { gatewayCore, pinned, tied } from './machine.ts';

/** A started gateway: one process or a family of them. */
export interface Running {
  /** From the spawn to the first 200 of its ready address, milliseconds. */
  readonly startMs: number;
  /** Its process and all descendants alive now. */
  ids(): readonly number[];
  stop(): Promise<void>;
}

/** What its processes hold, summed, in megabytes (10^6 bytes). */
export interface Memory {
  /** Resident; pages that two processes share count twice. */
  readonly resident: number;
  /** The most that was ever resident. */
  readonly peak: number;
  /** Resident, shared pages counted by share. */
  readonly proportional: number;
}

export interface Start {
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly readyUrl: string;
}

const living = new Set<Bun.Subprocess>();

/** Starts a gateway on its own core and waits until it answers 200. Throws with its last words when it does not within 20 s. */
export async function startGateway(start: Start): Promise<Running> {
  const log = `${start.folder}/output.log`;
  const began = performance.now();
  const child = Bun.spawn(tied(pinned(gatewayCore, start.command)), {
    cwd: start.folder,
    // Not our environment: a provider's key in it would switch that provider on.
    env: { PATH: process.env['PATH'] ?? '', HOME: start.folder, ...start.environment },
    stdin: 'ignore',
    stdout: Bun.file(log),
    stderr: Bun.file(`${start.folder}/errors.log`),
  });
  living.add(child);
  while (!(await answers(start.readyUrl))) {
    const spent = performance.now() - began;
    if (child.exitCode !== null || spent > 20_000) {
      await end(child);
      throw new Error(`${start.command.join(' ')} did not get ready:\n${lastWords(start.folder)}`);
    }
    await Bun.sleep(2);
  }
  return { startMs: performance.now() - began, ids: () => family(child.pid), stop: () => end(child) };
}

/** Starts one of our own programs on the load's core; it dies with us. */
export function startHelper(command: readonly string[]): Bun.Subprocess<'ignore', 'pipe', 'pipe'> {
  const child = Bun.spawn([...command], { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' });
  living.add(child);
  child.exited.then(() => living.delete(child)).catch(() => living.delete(child));
  return child;
}

/** Ends everything that was started here. */
export async function endAll(): Promise<void> {
  await Promise.all([...living].map(end));
}

export function memoryOf(running: Running): Memory {
  const sum = { resident: 0, peak: 0, proportional: 0 };
  for (const id of running.ids()) {
    const status = readFileSync(`/proc/${id}/status`, 'utf8');
    sum.resident += megabytes(status, 'VmRSS');
    sum.peak += megabytes(status, 'VmHWM');
    sum.proportional += megabytes(readFileSync(`/proc/${id}/smaps_rollup`, 'utf8'), 'Pss');
  }
  return sum;
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1000) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}

async function end(child: Bun.Subprocess): Promise<void> {
  living.delete(child);
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 3000);
  await child.exited;
  clearTimeout(force);
}

function lastWords(folder: string): string {
  const text = ['output.log', 'errors.log'].map((name) => readFileSync(`${folder}/${name}`, 'utf8')).join('\n');
  return text.trim().split('\n').slice(-15).join('\n');
}

function family(root: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name)) parents.set(Number(name), parentOf(name));
  }
  const found = [root];
  for (const id of found) {
    for (const [child, parent] of parents) if (parent === id) found.push(child);
  }
  return found;
}

function parentOf(id: string): number {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
    // The command's name is in brackets and may hold spaces.
    return Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]);
  } catch {
    return 0;
  }
}

function megabytes(text: string, field: string): number {
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1];
  return kilobytes === undefined ? 0 : (Number(kilobytes) * 1024) / 1e6;
}
