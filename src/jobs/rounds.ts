import type { Cancel, Clock, Log } from '../core/ports.ts';

export interface RoundTools {
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Log;
}

export interface Round {
  /** What is done; undefined where the next is due after the usual time, else after how many milliseconds. */
  run(): Promise<number | undefined>;
  readonly everyMs: number;
  /** What is logged of one that fails; the next is due as ever. */
  readonly trouble: string;
}

/** Does something again and again by the clock, one round at a time, until it is told to stop. */
export function goRounds({ clock, log }: RoundTools, { run, everyMs, trouble }: Round): Cancel {
  let stopped = false;
  let cancel: Cancel = () => undefined;
  const round = async (): Promise<number> => {
    try {
      return (await run()) ?? everyMs;
    } catch (cause) {
      if (!stopped) log.warn(trouble, { cause });
      return everyMs;
    }
  };
  const due = (inMs: number): void => {
    if (!stopped) cancel = clock.after(inMs, () => void round().then(due));
  };
  due(everyMs);
  return () => {
    stopped = true;
    cancel();
  };
}
