import type { Clock, HttpClient } from '../core/ports.ts';
import type { Disk, Terminal } from '../core/terminal.ts';
import type { Provider } from '../providers/provider.ts';

/** What a command asks a server with. */
export interface CommandTools {
  readonly http: HttpClient;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The text of a file; undefined if there is none. */
  readonly readFile: (path: string) => string | undefined;
  /** What is piped in. */
  readonly readInput: () => Promise<string>;
  /** A line of the answer. */
  readonly say: (text: string) => void;
  /** A line beside the answer. */
  readonly complain: (text: string) => void;
}

/** All that a command may use. */
export interface Tools extends CommandTools {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly disk: Disk;
  /** Every kind of provider there is. Loaded when it is asked for. */
  readonly kinds: () => Promise<readonly Provider[]>;
}

/** 0: done. 1: the server did not answer, or failed, or something must be mended there. 2: what was given must be mended. */
export type ExitCode = 0 | 1 | 2;

/** A command: the words behind its name, and what the process ends with. May throw a `Mistake` or a `Failure`. */
export type Command = (tools: Tools, words: readonly string[]) => Promise<ExitCode>;
