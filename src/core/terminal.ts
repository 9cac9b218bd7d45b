import type { Cancel } from './ports.ts';

/** The desk of the person at the keyboard, or the pipes that stand in its place. */
export interface Terminal {
  /** Where answers go. */
  readonly out: Output;
  /** Where everything else goes: progress, sums, complaints. */
  readonly errors: Output;
  /** Somebody types there; else something is piped in, or nothing. */
  readonly typed: boolean;
  /** What is piped in, to its end. */
  readAll(): Promise<string>;
  /** Begins to listen line by line, with the keys of an editor. */
  prompt(): Prompt;
  /** Calls `act` each time somebody presses Ctrl-C while no prompt is open; the answer takes that back. */
  onInterrupt(act: () => void): Cancel;
}

export interface Output {
  readonly isTerminal: boolean;
  /** Characters in a line; without a terminal there is no end. */
  readonly columns: number;
  write(text: string): void;
}

export interface Prompt {
  /** The next line; undefined once there are no more. */
  ask(question: string): Promise<string | undefined>;
  /** Calls `act` each time somebody presses Ctrl-C, also between two questions. */
  onInterrupt(act: () => void): void;
  close(): void;
}

/** What commands look at and write on the machine they run on. */
export interface Disk {
  /** What stands at a path. */
  look(path: string): FileState;
  /** Bytes that are free for us where a path lies, or would lie. */
  freeBytes(path: string): number;
  /** Writes a file that only its owner may read, whole or not at all. Throws `resource-conflict` if there is one already. */
  writeNew(path: string, text: string): void;
}

export interface FileState {
  readonly kind: 'absent' | 'directory' | 'file';
  /** We may read it and change it; for what is absent, we may make it. */
  readonly usable: boolean;
  /** People other than its owner may read it. */
  readonly open: boolean;
  /** When it was last changed, epoch milliseconds; absent for what is absent. */
  readonly changedAt?: number;
}
