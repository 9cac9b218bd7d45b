import type { Clock } from '../core/ports.ts';
import type { Terminal } from '../core/terminal.ts';

/** A line on a terminal that says that something is at work, for how long, and what was told last. */
export interface Progress {
  tell(text: string): void;
  /** Takes the line away. */
  end(): void;
}

export interface ProgressTools {
  readonly terminal: Pick<Terminal, 'errors'>;
  readonly clock: Clock;
}

/** What takes longer than this, in milliseconds, says that it is at work. */
const patienceMs = 1_000;
const stepMs = 250;

/** Shows nothing in the first second, and nothing at all without a terminal. */
export function openProgress({ terminal, clock }: ProgressTools, what: string): Progress {
  if (!terminal.errors.isTerminal) return { tell: () => undefined, end: () => undefined };
  let told = '';
  let drawn = false;
  const begun = clock.monotonic();
  const draw = (): void => {
    drawn = true;
    const seconds = `${Math.floor((clock.monotonic() - begun) / 1000)} s`;
    terminal.errors.write(`\r\u001b[K${what} … ${told === '' ? seconds : `${seconds}, ${told}`}`);
    cancel = clock.after(stepMs, draw);
  };
  let cancel = clock.after(patienceMs, draw);
  return {
    tell(text) {
      told = text;
    },
    end() {
      cancel();
      if (drawn) terminal.errors.write('\r\u001b[K');
      drawn = false;
    },
  };
}

/** Shows progress for as long as something is done. */
export async function withProgress<T>(
  tools: ProgressTools,
  what: string,
  act: (tell: Progress['tell']) => Promise<T>,
): Promise<T> {
  const progress = openProgress(tools, what);
  try {
    return await act(progress.tell);
  } finally {
    progress.end();
  }
}
