import type { Config } from './config/config.ts';
import { readFlags } from './config/flags.ts';
import { loadConfig } from './config/load.ts';
import { ConfigurationError } from './config/problems.ts';
import { Failure } from './core/failure.ts';
import type { Log } from './core/ports.ts';
import { commandLine, environment } from './platform/environment.ts';
import { readTextNow } from './platform/files.ts';
import { openLog } from './platform/log.ts';
import { onReload, onStop } from './platform/signals.ts';
import { providerKinds } from './providers/index.ts';
import { type Running, start } from './start.ts';
import { usage, version } from './usage.ts';
import { welcome } from './welcome.ts';

/** The `trestle` command. Exits 2 for what its user must mend, 1 for what we must. */
const [command = 'start', ...words] = commandLine();
const commands: Readonly<Record<string, () => Promise<void> | void>> = {
  start: () => serve(words),
  help: () => say(usage),
  '--help': () => say(usage),
  '-h': () => say(usage),
  version: () => say(version),
  '--version': () => say(version),
};

try {
  const run = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (run === undefined && !command.startsWith('-')) throw unknownCommand(command);
  await (run ?? (() => serve([command, ...words])))();
} catch (thrown) {
  process.exitCode = isTheirs(thrown) ? 2 : 1;
  process.stderr.write(`trestle: ${isTheirs(thrown) ? thrown.message : Bun.inspect(thrown)}\n`);
}

async function serve(given: readonly string[]): Promise<void> {
  if (given.includes('--help') || given.includes('-h')) return say(usage);
  const flags = readFlags(given);
  const read = (): Config =>
    loadConfig({ flags, environment: environment(), readFile: readTextNow, kinds: providerKinds });
  const config = read();
  const log = openLog({ level: config.logLevel, tty: process.stdout.isTTY === true });
  const running = await start(config, log);
  say(welcome(running));
  onReload(() => reload(running, read, log));
  let stopping = false;
  onStop((signal) => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info(`${signal}: no new work is taken, running answers finish; once more ends them`);
    void end(running, log);
  });
}

/** A broken file keeps the old settings in force. */
function reload(running: Running, read: () => Config, log: Log): void {
  try {
    running.reload(read());
    log.info('the configuration was read again');
  } catch (thrown) {
    log.error(`the configuration stays as it was: ${thrown instanceof Error ? thrown.message : 'it cannot be read'}`);
  }
}

async function end(running: Running, log: Log): Promise<void> {
  try {
    await running.stop();
    process.exit(0);
  } catch (cause) {
    log.error('the books could not be closed properly', { cause });
    process.exit(1);
  }
}

function isTheirs(thrown: unknown): thrown is Error {
  return thrown instanceof ConfigurationError || (thrown instanceof Failure && thrown.kind !== 'gateway-broken');
}

function unknownCommand(word: string): ConfigurationError {
  return new ConfigurationError([
    { place: 'command line', key: word.slice(0, 40), sentence: 'there is no such command; `trestle help` lists them.' },
  ]);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
