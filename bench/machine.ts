import { availableParallelism, cpus, loadavg, release } from 'node:os';

/** The gateway has this core for itself; upstream and load share the other. */
export const gatewayCore = 0;
export const loadCore = 1;

/** Whether each side gets a core of its own. */
export const canPin = Bun.which('taskset') !== null && availableParallelism() >= 2;

/** The command, held to one core where the machine allows it. */
export function pinned(core: number, command: readonly string[]): string[] {
  return canPin ? ['taskset', '-c', String(core), ...command] : [...command];
}

/** The command, so started that it ends with us however we end, where the machine allows it. */
export function tied(command: readonly string[]): string[] {
  return Bun.which('setpriv') === null ? [...command] : ['setpriv', '--pdeathsig', 'TERM', ...command];
}

/** Moves this process off the gateway's core. */
export function stepAside(): void {
  if (canPin) Bun.spawnSync(['taskset', '-a', '-p', '-c', String(loadCore), String(process.pid)]);
}

/** Where and under what conditions it was measured, for the table's foot. */
export function describeMachine(): string {
  const pinning = canPin
    ? `gateway pinned to core ${gatewayCore}, upstream and load to core ${loadCore}`
    : 'not pinned (taskset or a second core is missing): expect noise';
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  return `${cpus().length} × ${model}, Linux ${release()}, Bun ${Bun.version}, ${nginxVersion()}; ${pinning}`;
}

/** Load averages, to see whether anything else was running. */
export function describeLoad(): string {
  return `load average ${loadavg()
    .map((value) => value.toFixed(2))
    .join(' ')}`;
}

function nginxVersion(): string {
  const told = Bun.spawnSync(['nginx', '-v']).stderr.toString();
  return /nginx\/\S+/.exec(told)?.[0] ?? 'nginx of unknown version';
}
