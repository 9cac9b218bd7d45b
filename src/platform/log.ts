import type { Log, LogFields } from '../core/ports.ts';
import { systemClock } from './clock.ts';
import { type LogLine, spellForMachines, spellForPeople } from './log-line.ts';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LogOptions {
  /** What is less grave than this is not written. */
  readonly level: LogLevel;
  /** Whether people read it as it comes: short lines instead of JSON. */
  readonly tty: boolean;
  /** Where lines go; standard output if absent. */
  readonly sink?: LogSink;
}

/** Takes a line, and calls `written` once it is out or lost. */
export type LogSink = (line: string, written: () => void) => void;

/**
 * One line per message, JSON unless people read it. Never blocks and never throws: where nobody takes the lines they
 * are dropped, and the next that goes out says how many.
 */
export function openLog({ level, tty, sink = standardOutput() }: LogOptions): Log {
  const spell = tty ? spellForPeople : spellForMachines;
  const lowest = logLevels.indexOf(level);
  let waiting = 0;
  let dropped = 0;

  const put = (line: LogLine): void => {
    const text = spell(line);
    waiting += text.length;
    sink(text, () => {
      waiting -= text.length;
    });
  };
  const writer = (at: LogLevel) => (message: string, fields?: LogFields) => {
    if (logLevels.indexOf(at) < lowest) return;
    if (waiting > mostWaiting) {
      dropped += 1;
      return;
    }
    const time = systemClock.now();
    if (dropped > 0) {
      put({
        time,
        level: 'warn',
        message: 'log lines were dropped because nobody took them',
        fields: { count: dropped },
      });
      dropped = 0;
    }
    put({ time, level: at, message, ...(fields === undefined ? {} : { fields }) });
  };
  return Object.freeze({ debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') });
}

/** Characters that may wait for a slow reader. */
const mostWaiting = 4_000_000;

/** A closed pipe or a full disk is told as an event of the stream, which would end the process if nobody listened. */
function standardOutput(): LogSink {
  process.stdout.on('error', () => undefined);
  return (line, written) => void process.stdout.write(line, written);
}
