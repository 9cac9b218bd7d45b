import { readFlags } from './config/flags.ts';
import type { ConfigSources } from './config/load.ts';
import { readingOf } from './config/reading.ts';
import type { Log } from './core/ports.ts';
import type { Terminal } from './core/terminal.ts';
import { environment } from './platform/environment.ts';
import { readTextNow } from './platform/files.ts';
import { openLog } from './platform/log.ts';
import { onReload, onStop, onStrayRejection } from './platform/signals.ts';
import { providerKinds } from './providers/index.ts';
import { type Running, start } from './start.ts';
import { welcome } from './welcome.ts';

/** What the command line gives the server. */
export interface Entrance {
  readonly terminal: Terminal;
  /** Ends the process. */
  readonly exit: (code: number) => void;
}

/** `trestle start`: serves until somebody asks the process to end. Throws a `ConfigurationError` or a `Failure` if it cannot. */
export async function serve({ terminal, exit }: Entrance, words: readonly string[]): Promise<void> {
  const flags = readFlags(words);
  const sources = (): ConfigSources => ({
    ...{ flags, environment: environment(), readFile: readTextNow, kinds: providerKinds },
  });
  const first = readingOf(sources());
  const log = openLog({ level: first.config.logLevel, tty: terminal.out.isTerminal });
  // A bug in one call must not cut everybody else's streams.
  onStrayRejection((cause) => log.error('something failed that nobody waited for: a bug of ours', { cause }));
  const running = await start({ sources, first, log });
  terminal.out.write(`${welcome(running)}\n`);
  onReload(() => void reload(running, log));
  let stopping = false;
  onStop((signal) => {
    if (stopping) exit(1);
    stopping = true;
    log.info(`${signal}: no new work is taken, running answers finish; once more ends them`);
    void end(running, log).then(exit);
  });
}

/** A broken file keeps the old settings in force. */
async function reload(running: Running, log: Log): Promise<void> {
  try {
    await running.reload();
    log.info('the configuration was read again');
  } catch (thrown) {
    log.error(`the configuration stays as it was: ${thrown instanceof Error ? thrown.message : 'it cannot be read'}`);
  }
}

async function end(running: Running, log: Log): Promise<number> {
  try {
    await running.stop();
    return 0;
  } catch (cause) {
    log.error('the books could not be closed properly', { cause });
    return 1;
  }
}
