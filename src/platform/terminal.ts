import { createInterface } from 'node:readline';
import type { Cancel } from '../core/ports.ts';
import type { Output, Prompt, Terminal } from '../core/terminal.ts';

/** The process's own input and outputs. */
export function systemTerminal(): Terminal {
  return Object.freeze({
    out: output(process.stdout),
    errors: output(process.stderr),
    typed: process.stdin.isTTY === true,
    readAll: () => Bun.stdin.text(),
    prompt,
    onInterrupt(act: () => void): Cancel {
      process.on('SIGINT', act);
      return () => void process.off('SIGINT', act);
    },
  });
}

function output(stream: NodeJS.WriteStream): Output {
  // Whoever reads a pipe may go when it has enough, as `head` does: that is no failure of ours.
  stream.on('error', (cause: Error) => {
    if (!('code' in cause) || cause.code !== 'EPIPE') throw cause;
  });
  return Object.freeze({
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.isTTY === true ? (stream.columns ?? 80) : Number.POSITIVE_INFINITY;
    },
    write: (text: string) => void stream.write(text),
  });
}

/** One reader for the whole conversation: while it is open the terminal gives it every key, Ctrl-C too. */
function prompt(): Prompt {
  const reader = createInterface({ input: process.stdin, output: process.stdout, historySize: 1000 });
  let closed = false;
  let waiting: ((line: string | undefined) => void) | undefined;
  const early: string[] = [];
  const hand = (line: string | undefined): void => {
    const take = waiting;
    waiting = undefined;
    take?.(line);
  };
  reader.on('line', (line) => (waiting === undefined ? void early.push(line) : hand(line)));
  reader.on('close', () => {
    closed = true;
    hand(undefined);
  });
  return {
    ask(question) {
      const line = early.shift();
      if (line !== undefined || closed) return Promise.resolve(line);
      reader.setPrompt(question);
      reader.prompt();
      return new Promise((resolve) => {
        waiting = resolve;
      });
    },
    onInterrupt: (act) => void reader.on('SIGINT', act),
    close: () => reader.close(),
  };
}
