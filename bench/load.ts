import { z } from 'zod';
import { canPin, gatewayCore, loadCore, pinned } from './machine.ts';
import { startHelper } from './process.ts';
import type { RequestFile } from './request.ts';
import type { Target } from './target.ts';

/** One run of the load generator. */
export interface Load {
  readonly connections: number;
  /** Measured calls. */
  readonly calls: number;
  /** Calls before them, answered and checked, not measured. */
  readonly warmup: number;
  /** Calls a second, due whether or not earlier ones are answered; without it, as fast as answers come. */
  readonly rate?: number;
  /** Whether calls fall due evenly or by chance. */
  readonly arrivals?: 'even' | 'poisson';
  /** Frames that each answer must have; without it a whole answer is expected. */
  readonly frames?: number;
  /** How long the gateway may go on working before its processor time is read, milliseconds. */
  readonly settleMs: number;
  readonly limitSeconds: number;
}

const percentiles = z.object({ p50: z.number(), p90: z.number(), p99: z.number(), max: z.number() });

const report = z.object({
  calls: z.number(),
  /** Warm-up included, as are `frames`, `reads` and `bytes`. */
  sent: z.number(),
  wrong: z.number(),
  blame: z.string().nullable(),
  latencyUs: percentiles.nullable(),
  firstFrameUs: percentiles.nullable(),
  frameDelayUs: percentiles.nullable(),
  frames: z.number(),
  reads: z.number(),
  bytes: z.number(),
  reconnects: z.number(),
  seconds: z.number(),
  processorNs: z.number().nullable(),
  /** What everyone but the gateway took of its core meanwhile; null where the core is not its own. */
  othersPercent: z.number().nullable(),
});
export type LoadReport = z.infer<typeof report>;

/** Runs the native generator against a target and hands back what it printed. Throws when it could not measure at all. */
export async function runLoad(
  program: string,
  target: Target,
  work: { readonly file: RequestFile; readonly load: Load },
) {
  const { file, load } = work;
  const words = [
    ['--port', target.port],
    ['--request', file.path],
    ['--connections', load.connections],
    ['--calls', load.calls],
    ['--warmup', load.warmup],
    ['--settle', load.settleMs],
    ['--limit', load.limitSeconds],
    ...(load.rate === undefined ? [] : [['--rate', load.rate]]),
    ...(load.arrivals === undefined ? [] : [['--arrivals', load.arrivals]]),
    ...(file.dialect === 'anthropic' ? anthropicWords(load) : frameWords(load)),
    ...(target.running === undefined
      ? []
      : [['--cpu', target.running.ids().join(',')], ...(canPin ? [['--core', gatewayCore]] : [])]),
  ];
  const child = startHelper(pinned(loadCore, [program, ...words.flat().map(String)]));
  const [output, complaint] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  if ((await child.exited) !== 0) throw new Error(`load on ${target.name}: ${complaint.trim()}`);
  return report.parse(JSON.parse(output));
}

function frameWords({ frames }: Load): readonly (readonly [string, string | number])[] {
  if (frames === undefined) return [];
  return [
    ['--frames', frames],
    ['--delays', 'yes'],
  ];
}

/** Of the upstream's frames three carry no word: the first, the finish and the usage. */
function anthropicWords({ frames }: Load): readonly (readonly [string, string | number])[] {
  return frames === undefined ? [['--expect', '"output_tokens":172']] : [['--deltas', frames - 3]];
}
