import type { Load } from './load.ts';
import { type Concurrency, concurrencies } from './rows.ts';
import type { Kind } from './target.ts';
import type { Pace } from './upstream.ts';

/** What `--only` may name. */
export const scenarioNames = ['start', 'memory', 'whole', 'rate', 'unpaced', 'paced', 'big', 'translated'] as const;
export type ScenarioName = (typeof scenarioNames)[number];

/** How much of everything: enough for figures that stand still, or just enough to see that it works. */
export interface Size {
  readonly rounds: number;
  readonly settleMs: number;
  readonly starts: number;
  readonly idleMs: number;
  readonly afterMs: number;
  readonly warmCalls: number;
  readonly calls: Readonly<Record<'whole' | 'unpaced' | 'big', Readonly<Record<Concurrency, number>>>>;
  readonly rateSeconds: number;
  readonly wrkSeconds: number;
  readonly pace: Pace;
}

export const fullSize: Size = {
  rounds: 5,
  settleMs: 200,
  starts: 5,
  idleMs: 2000,
  afterMs: 10_000,
  warmCalls: 20_000,
  calls: {
    whole: { 1: 8000, 16: 30_000, 64: 30_000 },
    unpaced: { 1: 200, 16: 512, 64: 512 },
    big: { 1: 200, 16: 400, 64: 512 },
  },
  rateSeconds: 3,
  wrkSeconds: 3,
  pace: { unpacedFrames: 200, pacedFrames: 50, pacedMs: 100 },
};

export const quickSize: Size = {
  rounds: 1,
  settleMs: 20,
  starts: 1,
  idleMs: 200,
  afterMs: 500,
  warmCalls: 1000,
  calls: {
    whole: { 1: 300, 16: 2000, 64: 2000 },
    unpaced: { 1: 10, 16: 64, 64: 64 },
    big: { 1: 10, 16: 32, 64: 64 },
  },
  rateSeconds: 0.3,
  wrkSeconds: 0,
  pace: { unpacedFrames: 200, pacedFrames: 10, pacedMs: 50 },
};

/** One kind of load, repeated on every target in every round. */
export interface Step {
  /** Its rows begin with this. */
  readonly row: string;
  readonly kind: Kind;
  readonly load: Load;
}

/** The steps of a scenario; `start` and `memory` are no loads and have none. */
export function stepsOf(name: ScenarioName, size: Size): readonly Step[] {
  switch (name) {
    case 'whole':
      return concurrencies.map((c) => ({
        row: `whole.${c}`,
        kind: 'whole',
        load: closed(size, c, size.calls.whole[c]),
      }));
    case 'big':
      return concurrencies.map((c) => ({ row: `big.${c}`, kind: 'big', load: closed(size, c, size.calls.big[c]) }));
    case 'unpaced':
      return concurrencies.map((c) => {
        const load = { ...closed(size, c, size.calls.unpaced[c]), frames: size.pace.unpacedFrames };
        return { row: `unpaced.${c}`, kind: 'stream-unpaced', load };
      });
    case 'rate':
      return concurrencies.map((c) => ({ row: `rate.${c}`, kind: 'whole', load: open(size, c) }));
    case 'paced':
      return [pacedStep(size)];
    case 'translated':
      return concurrencies.flatMap((c) => {
        const load = closed(size, c, size.calls.unpaced[c]);
        return [
          { row: `translated.${c}`, kind: 'translated', load: closed(size, c, size.calls.whole[c]) },
          {
            row: `streamed.${c}`,
            kind: 'stream-translated',
            load: { ...load, frames: size.pace.unpacedFrames },
          },
        ] as const;
      });
    case 'start':
    case 'memory':
      return [];
  }
}

/** The paced streams: a thousand, opened over a second. */
export function pacedStep(size: Size): Step {
  const thousand = { connections: 1000, calls: 1000, warmup: 0, rate: 1000, arrivals: 'even' } as const;
  const load = { ...thousand, frames: size.pace.pacedFrames, settleMs: size.settleMs, limitSeconds };
  return { row: 'paced', kind: 'stream-paced', load };
}

const limitSeconds = 60;

/** Every connection sends its next call as soon as it has its answer. A tenth of the calls go before, unmeasured. */
function closed(size: Size, connections: number, calls: number): Load {
  const warmup = Math.max(connections, Math.round(calls / 10));
  return { connections, calls, warmup, settleMs: size.settleMs, limitSeconds };
}

/** Calls fall due by chance, 500 a second, whether or not the last ones are answered. */
function open(size: Size, connections: number): Load {
  const calls = Math.round(500 * size.rateSeconds);
  return { connections, calls, warmup: 50, rate: 500, arrivals: 'poisson', settleMs: size.settleMs, limitSeconds };
}
