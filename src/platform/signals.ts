import type { Cancel } from '../core/ports.ts';

export type StopSignal = 'SIGTERM' | 'SIGINT';

/** Calls `act` each time somebody asks the process to end; the answer takes that back. */
export function onStop(act: (signal: StopSignal) => void): Cancel {
  process.on('SIGTERM', act);
  process.on('SIGINT', act);
  return () => {
    process.off('SIGTERM', act);
    process.off('SIGINT', act);
  };
}

/** Calls `act` each time somebody asks for the configuration to be read again; the answer takes that back. */
export function onReload(act: () => void): Cancel {
  process.on('SIGHUP', act);
  return () => void process.off('SIGHUP', act);
}

/** Calls `act` with what a promise was rejected with that nobody waited for; without it the process would end. The answer takes that back. */
export function onStrayRejection(act: (cause: unknown) => void): Cancel {
  process.on('unhandledRejection', act);
  return () => void process.off('unhandledRejection', act);
}
